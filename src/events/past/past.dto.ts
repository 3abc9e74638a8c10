import { ApiPropertyOptional } from '@nestjs/swagger';
import { MayBeAbsent } from '../../common/http/may-be-absent.js';
import { IsInstant } from '../../common/http/query.dto.js';

/** What every reading takes that can look back. */
export class PastQuery {
  @ApiPropertyOptional({
    format: 'date-time',
    example: '2018-02-27T17:00:00Z',
    description: 'As it was at the source at that time: nothing that happened later counts.',
  })
  @MayBeAbsent()
  @IsInstant()
  readonly asOf?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    example: '2018-03-02T17:00:00+01:00',
    description: 'As far as we knew at that time: nothing that reached us later counts, whenever it happened.',
  })
  @MayBeAbsent()
  @IsInstant()
  readonly knownAt?: string;
}
