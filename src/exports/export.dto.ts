import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { IsInstant } from '../common/http/query.dto.js';
import { formatNames, type FormatName } from './export-format.js';

export class ExportQuery {
  @ApiPropertyOptional({ enum: formatNames, description: 'Counts more than the Accept header.' })
  @IsOptional()
  @IsIn(formatNames)
  readonly format?: FormatName;

  @ApiPropertyOptional({ format: 'date-time', description: 'Messages at or after this time.' })
  @IsOptional()
  @IsInstant()
  readonly since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Messages before this time.' })
  @IsOptional()
  @IsInstant()
  readonly until?: string;

  @ApiPropertyOptional({
    description: 'The `cursor` of the last record that arrived: the export goes on behind it, with the same times.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  readonly after?: string;
}
