import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsString, IsUrl, Matches, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../../common/http/may-be-absent.js';

const urlOptions = {
  protocols: ['https', 'http'],
  require_protocol: true,
  require_tld: false,
  disallow_auth: true,
};

/** What a Tryton connection knows about the server and our user there. */
export class TrytonSettings {
  @ApiProperty({ description: 'Base URL of the Tryton server, without the database.' })
  @IsUrl(urlOptions)
  readonly apiUrl!: string;

  @ApiProperty({ description: 'The database, as it stands in the address of the web client.' })
  @IsString()
  @MaxLength(200)
  // Dots alone would lead out of the path.
  @Matches(/^(?!\.{1,2}$)[^/\\?#\p{Cc}]+$/u, { message: 'database must be the name of a database' })
  readonly database!: string;

  @ApiProperty({ description: 'The login of the user that Liaison works as.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  readonly user!: string;

  @ApiPropertyOptional({
    description: 'Base URL of the web client, for links to records; no links where it is missing.',
  })
  @MayBeAbsent()
  @IsUrl(urlOptions)
  readonly webUrl?: string;
}

/** Tryton calls nobody, so there are no webhook secrets. */
export class TrytonSecrets {
  @ApiPropertyOptional({ writeOnly: true, description: 'The password of the user.' })
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(1_000)
  readonly password?: string;
}
