import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { type SearchLanguage } from '../search/search-languages.js';

export class ChangeTenant {
  @ApiProperty({ description: 'A text search configuration of the database, such as `english`, `german` or `simple`.' })
  @IsString()
  @MaxLength(63)
  readonly searchLanguage!: string;
}

class SearchIndexDto {
  @ApiProperty({ enum: ['ready', 'reindexing'] })
  readonly state!: string;
  @ApiProperty({
    type: 'integer',
    description: 'Messages that have been looked at since the language was changed, newest first.',
  })
  readonly done!: number;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Messages that there are; null until they are counted.',
  })
  readonly total!: number | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When the language was chosen.' })
  readonly changedAt!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When every message was indexed in it.',
  })
  readonly reindexedAt!: string | null;
}

export class TenantDto {
  @ApiProperty()
  readonly id!: string;
  @ApiProperty({ description: 'In which language words are searched.' })
  readonly searchLanguage!: string;
  @ApiProperty({ type: SearchIndexDto })
  readonly searchIndex!: SearchIndexDto;
}

/** A tenant as the API shows it. */
export function toTenantDto(id: string, search: SearchLanguage): TenantDto {
  const { language, changedAt, reindexedAt, done, total } = search;
  return {
    id,
    searchLanguage: language,
    searchIndex: {
      state: changedAt !== undefined && reindexedAt === undefined ? 'reindexing' : 'ready',
      done,
      total: total ?? null,
      changedAt: changedAt?.toISOString() ?? null,
      reindexedAt: reindexedAt?.toISOString() ?? null,
    },
  };
}
