import { ApiProperty } from '@nestjs/swagger';

class MarkDto {
  @ApiProperty({ type: 'integer', description: 'Of the first character, in UTF-16 code units of the passage.' })
  readonly start!: number;
  @ApiProperty({ type: 'integer', description: 'Behind the last character.' })
  readonly end!: number;
}

class PassageDto {
  @ApiProperty({ description: 'Plain text as somebody wrote it: escape it before it becomes part of a page.' })
  readonly text!: string;
  @ApiProperty({ type: [MarkDto] })
  readonly marks!: readonly MarkDto[];
}

/** Where the words of a search stand in one text of a message. */
export class HighlightDto {
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: "Null for the message's own content." })
  readonly annotationId!: string | null;
  @ApiProperty({ type: [PassageDto], description: 'At most three.' })
  readonly passages!: readonly PassageDto[];
}
