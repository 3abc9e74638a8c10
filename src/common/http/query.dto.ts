import { ApiPropertyOptional } from '@nestjs/swagger';
import { MayBeAbsent } from './may-be-absent.js';
import { applyDecorators } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import { IsInt, IsString, Matches, Max, MaxLength, Min, ValidateBy } from 'class-validator';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id of ours; any UUID will do, whatever its version bits say, in one spelling from here on (RFC 9562 section 4). */
export function IsId(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value)),
    Matches(uuid, { message: '$property must be a UUID' }),
  );
}

const instant = /^(\d{4})-(\d{2})-(\d{2})[Tt]([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-](0\d|1[0-5]):\d{2})$/;

/**
 * Whether the value is an RFC 3339 time of a day that exists, from the year 1 on; neither leap
 * seconds nor offsets that no zone has ever had (16 hours and more) are taken.
 */
export function isInstant(value: unknown): boolean {
  const found = typeof value === 'string' ? instant.exec(value) : null;
  if (found === null || Number.isNaN(Date.parse(found[0]))) return false;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** A time in a query or a body. */
export function IsInstant(): PropertyDecorator {
  return ValidateBy({
    name: 'isInstant',
    validator: { validate: isInstant, defaultMessage: () => '$property must be an RFC 3339 time that exists' },
  });
}

/** What every list takes. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  readonly limit: number = 50;

  @ApiPropertyOptional({ description: 'The `nextCursor` of the page before.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly cursor?: string;
}

/** What lists of things that platforms own take besides. */
export class OwnedQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;

  @ApiPropertyOptional({ description: "The platform's own id." })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly externalId?: string;
}

/** What lists over time take besides; both bounds are source times. */
export class TimedQuery extends OwnedQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly spaceId?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'At or after.' })
  @MayBeAbsent()
  @IsInstant()
  readonly since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Before.' })
  @MayBeAbsent()
  @IsInstant()
  readonly until?: string;
}
