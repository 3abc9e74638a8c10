import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsOptional, IsString, IsUrl, MaxLength } from 'class-validator';
import { WebhookSecrets } from '../webhook-secrets.dto.js';

const publicApi = 'https://api.watsonwork.ibm.com';

/** What a Watson Work connection knows about its app. */
export class WatsonWorkSettings {
  @ApiProperty({ description: 'The app id that Watson Work shows for the app.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  readonly appId!: string;

  @ApiPropertyOptional({ description: 'Base URL of the platform.', default: publicApi })
  @IsUrl({ protocols: ['https', 'http'], require_protocol: true, require_tld: false, disallow_auth: true })
  readonly apiUrl: string = publicApi;
}

/** The app's own secret, for calls to the platform, and the webhook secrets, for calls from it. */
export class WatsonWorkSecrets extends WebhookSecrets {
  @ApiPropertyOptional({ writeOnly: true })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(1_000)
  readonly appSecret?: string;
}
