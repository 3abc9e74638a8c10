import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsRFC3339, IsString, Matches, Max, MaxLength, Min } from 'class-validator';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id of ours in a query or a path; any UUID will do, whatever its version bits say. */
export function IsId(): PropertyDecorator {
  return Matches(uuid, { message: '$property must be a UUID' });
}

/** What every list takes. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  readonly limit: number = 50;

  @ApiPropertyOptional({ description: 'The `nextCursor` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly cursor?: string;
}

/** What lists of things that platforms own take besides. */
export class OwnedQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId()
  readonly connectionId?: string;

  @ApiPropertyOptional({ description: "The platform's own id." })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly externalId?: string;
}

/** What lists over time take besides; both bounds are source times. */
export class TimedQuery extends OwnedQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId()
  readonly spaceId?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'At or after.' })
  @IsOptional()
  @IsRFC3339()
  readonly since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Before.' })
  @IsOptional()
  @IsRFC3339()
  readonly until?: string;
}
