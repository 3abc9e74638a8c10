import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  MaxLength,
} from 'class-validator';

const publicApi = 'https://api.skypeforbusiness.com';
const publicAuthority = 'https://login.microsoftonline.com';
/** Skype for Business Online, which is what calls webhooks (Webhooks.md, claim `appid`). */
const skypeForBusinessOnline = '00000004-0000-0ff1-ce00-000000000000';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const hostPattern = /^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i;
const anyUrl = { protocols: ['https', 'http'], require_protocol: true, require_tld: false, disallow_auth: true };

/** What a connection knows about its trusted application and about who may speak for the platform. */
export class SkypeForBusinessSettings {
  @ApiPropertyOptional({ description: 'Base URL of the Trusted Application API.', default: publicApi })
  @IsUrl(anyUrl)
  readonly apiUrl: string = publicApi;

  @ApiPropertyOptional({ description: 'Where tokens are issued and their keys published.', default: publicAuthority })
  @IsUrl(anyUrl)
  readonly authorityUrl: string = publicAuthority;

  @ApiProperty({ description: 'The App ID URI, to the letter: what the platform gets tokens for our webhook for.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  readonly audience!: string;

  @ApiProperty({ description: 'Ids of the tenants whose administrators consented.', type: [String], minItems: 1 })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @Matches(guid, { each: true, message: 'each tenant must be a GUID' })
  readonly tenants!: string[];

  @ApiProperty({ description: 'The application (client) id, a GUID.' })
  @Matches(guid, { message: '$property must be a GUID' })
  readonly clientId!: string;

  @ApiPropertyOptional({ description: 'What our own tokens are for.', default: publicApi })
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  readonly resource: string = publicApi;

  @ApiPropertyOptional({
    description: 'The endpoint that our own tokens come from.',
    enum: ['v1', 'v2'],
    default: 'v1',
  })
  @IsIn(['v1', 'v2'])
  readonly tokenVersion: 'v1' | 'v2' = 'v1';

  @ApiPropertyOptional({
    description: 'Whether the platform is asked to send a text of ours along with later calls of a conversation.',
    default: false,
  })
  @IsBoolean()
  readonly callbackContext: boolean = false;

  @ApiPropertyOptional({
    description: 'Ids of the apps that may call the webhook.',
    type: [String],
    default: [skypeForBusinessOnline],
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  @Matches(guid, { each: true, message: 'each app must be a GUID' })
  readonly callerAppIds: string[] = [skypeForBusinessOnline];

  @ApiPropertyOptional({
    description:
      'Hosts besides the one of `apiUrl` that the platform may send us to, with our token: `pool.example`, `pool.example:8443`, `*.resources.example`.',
    type: [String],
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @Matches(hostPattern, {
    each: true,
    message: 'each host must be a host name, with a port or a leading *. if need be',
  })
  readonly allowedHosts?: string[];
}

/** What proves us to the platform. Nothing proves the platform to us but tokens that it signs with its own keys. */
export class SkypeForBusinessSecrets {
  @ApiPropertyOptional({ writeOnly: true })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(1_000)
  readonly clientSecret?: string;
}

/** The settings of a connection, with the defaults for what it was saved without. */
export function settingsOf(stored: Readonly<Record<string, unknown>>): SkypeForBusinessSettings {
  // They were checked against the class before they were stored.
  return { ...new SkypeForBusinessSettings(), ...stored };
}
