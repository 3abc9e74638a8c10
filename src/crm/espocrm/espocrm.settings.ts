import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsOptional, IsString, IsUrl, Matches, MaxLength } from 'class-validator';
import { WebhookSecrets } from '../../platforms/webhook-secrets.dto.js';

/** Where the EspoCRM is, and who tasks and meetings are given to. */
export class EspocrmSettings {
  @ApiProperty({ description: 'The address at which people open it.', example: 'https://crm.example.com' })
  @IsUrl({ protocols: ['https', 'http'], require_protocol: true, require_tld: false, disallow_auth: true })
  @MaxLength(500)
  readonly siteUrl!: string;

  @ApiPropertyOptional({
    description: 'The id of the user whom tasks and meetings are assigned to; EspoCRM wants one.',
  })
  @IsOptional()
  @Matches(/^[\w-]{1,64}$/, { message: '$property must be the id of a user' })
  readonly assignedUserId?: string;
}

/** The credentials of an API user, and the secret keys of webhooks. */
export class EspocrmSecrets extends WebhookSecrets {
  @ApiPropertyOptional({ writeOnly: true, description: 'Of the API user.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  readonly apiKey?: string;

  @ApiPropertyOptional({ writeOnly: true, description: 'Of an API user with HMAC authentication.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  readonly secretKey?: string;
}
