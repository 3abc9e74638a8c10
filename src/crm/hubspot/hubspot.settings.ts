import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsNotEmpty, IsOptional, IsString, IsUrl, Matches, Max, MaxLength, Min } from 'class-validator';
import { WebhookSecrets } from '../../platforms/webhook-secrets.dto.js';

export const publicHubSpotApi = 'https://api.hubapi.com';
export const publicHubSpotApp = 'https://app.hubspot.com';

/** How far HubSpot's search lags behind its records, where nothing is said; people report up to 30 seconds. */
export const usualSearchLagSeconds = 60;

const webAddress = { protocols: ['https', 'http'], require_protocol: true, require_tld: false, disallow_auth: true };

/** What a HubSpot connection knows about its account and its app. */
export class HubSpotSettings {
  @ApiProperty({
    description: 'The id of the account (Hub ID); calls about other accounts are refused.',
    example: '12345',
  })
  @IsString()
  @Matches(/^\d{1,20}$/)
  readonly portalId!: string;

  @ApiPropertyOptional({ description: 'Base URL of the API.', default: publicHubSpotApi })
  @IsUrl(webAddress)
  @MaxLength(2_000)
  readonly apiUrl: string = publicHubSpotApi;

  @ApiPropertyOptional({
    description: 'Base URL of the pages where people work and consent.',
    default: publicHubSpotApp,
  })
  @IsUrl(webAddress)
  @MaxLength(2_000)
  readonly appUrl: string = publicHubSpotApp;

  @ApiPropertyOptional({ description: 'The client id of an app with OAuth; an app with a token of its own has none.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  readonly clientId?: string;

  @ApiPropertyOptional({
    description: 'How far back changed records are looked for again, as HubSpot finds them late (seconds).',
    default: usualSearchLagSeconds,
  })
  @IsInt()
  @Min(0)
  @Max(3_600)
  readonly searchLagSeconds: number = usualSearchLagSeconds;
}

/** The app's token, or what it takes to get one; the app's client secret signs the calls that come in. */
export class HubSpotSecrets extends WebhookSecrets {
  @ApiPropertyOptional({ writeOnly: true, description: 'Of a private app; with refreshToken the one of the moment.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(4_000)
  readonly accessToken?: string;

  @ApiPropertyOptional({ writeOnly: true, description: 'Of an app with OAuth.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(4_000)
  readonly refreshToken?: string;

  @ApiPropertyOptional({ writeOnly: true, description: 'Of an app with OAuth.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(1_000)
  readonly clientSecret?: string;
}
