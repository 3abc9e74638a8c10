import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { IsId } from '../common/http/query.dto.js';

class NamedAct {
  @ApiPropertyOptional({
    maxLength: 50,
    description: 'Your name for the act, new for each; one is made where you give none.',
  })
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(50)
  readonly operationId?: string;

  @ApiProperty({ description: "Which of the app's own addresses acts, for example `sip:helpdesk@contoso.example`." })
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  readonly endpoint!: string;
}

export class StartConversation extends NamedAct {
  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly connectionId!: string;

  @ApiProperty({ description: 'Who is invited: a sip or tel address.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  readonly to!: string;

  @ApiPropertyOptional({ maxLength: 250 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(250)
  readonly subject?: string;

  @ApiPropertyOptional({ enum: ['Normal', 'Urgent', 'Emergency'] })
  @MayBeAbsent()
  @IsIn(['Normal', 'Urgent', 'Emergency'])
  readonly importance?: 'Normal' | 'Urgent' | 'Emergency';

  @ApiPropertyOptional({ maxLength: 500, description: 'A text that comes back with every call of the conversation.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly callbackContext?: string;
}

export class ActInConversation {
  @ApiProperty({ description: "Which of the app's own addresses acts, for example `sip:helpdesk@contoso.example`." })
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  readonly endpoint!: string;
}

export class SayInConversation extends NamedAct {
  @ApiProperty({ maxLength: 8_000 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(8_000)
  readonly content!: string;

  @ApiPropertyOptional({ enum: ['text/plain', 'text/html'], default: 'text/plain' })
  @IsIn(['text/plain', 'text/html'])
  readonly contentType: 'text/plain' | 'text/html' = 'text/plain';
}

export class TakenActDto {
  @ApiProperty({ description: 'Find what became of it in `/v1/operations`, and its facts in the change feed.' })
  readonly operationId!: string;
}
