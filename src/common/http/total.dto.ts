import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBooleanString } from 'class-validator';
import { InvalidInput } from '../errors/liaison-error.js';
import { MayBeAbsent } from './may-be-absent.js';

/** Counting goes no further; it reads what it counts. */
export const countedAtMost = 10_000;

/** What lists take that say on request how many there are. */
export class CountQuery {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    description: 'Also say in `total` how many there are on all pages. It takes as long as reading them does.',
  })
  @MayBeAbsent()
  @IsBooleanString()
  readonly count?: string;
}

/** How many things all pages of a list have. */
export class TotalDto {
  @ApiProperty({ type: 'integer', minimum: 0, maximum: countedAtMost })
  readonly count!: number;
  @ApiProperty({ description: 'False where there are more than were counted.' })
  readonly isExact!: boolean;
}

/** What pages of such lists have besides. */
export class TotalledPage {
  @ApiPropertyOptional({ type: TotalDto, description: 'How many there are on all pages; with `count=true` only.' })
  readonly total?: TotalDto;
}

/** Throws `InvalidInput` where a list is to be counted together with something that it cannot be counted with. */
export function refuseCount({ count }: CountQuery, together: string): void {
  if (count !== 'true') return;
  throw new InvalidInput({
    detail: `What is asked for with ${together} cannot be counted.`,
    faults: [{ pointer: '/count', detail: `must not be given together with ${together}` }],
  });
}
