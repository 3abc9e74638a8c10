import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MayBeAbsent } from '../../common/http/may-be-absent.js';
import { IsId, PageQuery } from '../../common/http/query.dto.js';

export class CrmPeopleQuery extends PageQuery {
  @ApiPropertyOptional({
    format: 'uuid',
    description: 'The members of one space; they are looked up where it is linked, or a rule finds something.',
  })
  @MayBeAbsent()
  @IsId()
  readonly spaceId?: string;
}

export class CrmContactDto {
  @ApiProperty({ description: "The CRM's own id." })
  readonly externalId!: string;
  @ApiProperty()
  readonly name!: string;
  @ApiProperty({ type: String, nullable: true, description: 'The account that they belong to.' })
  readonly accountExternalId!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Where people look at it.' })
  readonly url!: string | null;
}

export class CrmUserDto {
  @ApiProperty({ description: "The CRM's own id." })
  readonly externalId!: string;
  @ApiProperty({ type: String, nullable: true })
  readonly name!: string | null;
}

export class CrmPersonDto {
  @ApiProperty({ format: 'uuid', description: 'The membership of that person in that space.' })
  readonly id!: string;
  @ApiProperty({ format: 'uuid' })
  readonly spaceId!: string;
  @ApiProperty({ description: "The platform's own id of the person." })
  readonly externalId!: string;
  @ApiProperty({ type: String, nullable: true })
  readonly displayName!: string | null;
  @ApiProperty({ description: 'By which they were matched, whatever the case of its letters.' })
  readonly email!: string;
  @ApiProperty({ type: [CrmContactDto], description: 'The contacts with that address.' })
  readonly contacts!: readonly CrmContactDto[];
  @ApiProperty({
    type: CrmUserDto,
    nullable: true,
    description: 'The user of the CRM with that address, as far as they own a record that was heard of.',
  })
  readonly user!: CrmUserDto | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the CRM was asked for the contacts; null while it was not, or must be again.',
  })
  readonly lookedAt!: string | null;
}

export class CrmPersonPage {
  @ApiProperty({ type: [CrmPersonDto] })
  readonly items!: readonly CrmPersonDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}
