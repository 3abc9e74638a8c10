import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { TimedQuery } from '../common/http/query.dto.js';
import { CountQuery } from '../common/http/total.dto.js';
import { PastQuery } from '../events/past/past.dto.js';

/** What lists of things that somebody wrote take. */
export class OrderedQuery extends IntersectionType(TimedQuery, PastQuery, CountQuery) {
  @ApiPropertyOptional({
    enum: ['asc', 'desc'],
    default: 'desc',
    description: 'Newest first unless `asc` is asked for.',
  })
  @MayBeAbsent()
  @IsIn(['asc', 'desc'])
  readonly order: 'asc' | 'desc' = 'desc';

  @ApiPropertyOptional({ description: "The platform's id of the author." })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly authorId?: string;
}

export class AuthorDto {
  @ApiProperty({ description: "The platform's id of the person, app or service." })
  readonly externalId!: string;
  @ApiProperty({ type: String, nullable: true })
  readonly displayName!: string | null;
}

/** A row together with the name that its author goes by in the space, for rows that came without one. */
export type Named<Row> = Row & { readonly known_name: string | null };

/** Who is shown as the author of the row. */
export function authorOf(
  row: Named<{ author_external_id: string | null; author_name: string | null }>,
): AuthorDto | null {
  if (row.author_external_id === null) return null;
  return { externalId: row.author_external_id, displayName: row.author_name ?? row.known_name };
}
