import { ApiProperty } from '@nestjs/swagger';

/** What everything that we keep of a platform begins with; `externalId` follows in each, and says what it is there. */
export class OwnedDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty()
  readonly platform!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
}
