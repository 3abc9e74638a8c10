import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches, MaxLength, ValidateIf } from 'class-validator';

const name = /^[A-Za-z][A-Za-z0-9-]{1,39}$/;

/** A consumer's own name for its cursor. */
export function IsCursorName(): PropertyDecorator {
  return Matches(name, {
    message: '$property must have 2 to 40 letters, digits and hyphens and begin with a letter',
  });
}

export class CursorNameParam {
  @ApiProperty({ pattern: name.source })
  @IsCursorName()
  readonly name!: string;
}

export class PutNamedCursor {
  @ApiProperty({
    example: 'end',
    description: 'Everything up to here is done: a cursor of the feed, or `beginning` or `end`.',
  })
  @IsString()
  @MaxLength(500)
  readonly cursor!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'beginning',
    description:
      'Where the cursor must stand for this to be done: the `after` of the page that was worked on. Null makes a new one.',
  })
  @ValidateIf((_, value) => value !== null)
  @IsString()
  @MaxLength(500)
  readonly expected!: string | null;
}

export class NamedCursorDto {
  @ApiProperty()
  readonly name!: string;
  @ApiProperty({ description: 'Everything up to here is done.' })
  readonly cursor!: string;
  @ApiProperty({
    type: 'integer',
    maximum: 1_000,
    description: 'How many events of the tenant lie behind it; no more than 1,000 are counted.',
  })
  readonly unread!: number;
  @ApiProperty({ description: 'Whether there are more than were counted.' })
  readonly unreadIsMore!: boolean;
  @ApiProperty({
    type: Number,
    format: 'double',
    nullable: true,
    description: 'How many seconds ago we learned the first of them.',
  })
  readonly oldestUnreadAgeSeconds!: number | null;
  @ApiProperty({ description: 'Who moved it last: `key:<id>`, `jwt:<subject>` or `bootstrap`.' })
  readonly movedBy!: string;
  @ApiProperty({ format: 'date-time' })
  readonly movedAt!: string;
  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
}

export class NamedCursorPage {
  @ApiProperty({ type: [NamedCursorDto] })
  readonly items!: readonly NamedCursorDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}
