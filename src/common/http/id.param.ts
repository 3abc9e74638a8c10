import { ApiProperty } from '@nestjs/swagger';
import { IsId } from './query.dto.js';

/** The `{id}` of a path. */
export class IdParam {
  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly id!: string;
}
