import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  IsUrl,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { WebhookSecrets } from '../webhook-secrets.dto.js';
import { WebexWebhookSetting } from './webex.registrations.settings.js';

export const publicWebexApi = 'https://webexapis.com/v1';

const appKinds = ['bot', 'integration', 'service-app'] as const;

/** What a Webex connection knows about its app. */
export class WebexSettings {
  @ApiPropertyOptional({ description: 'Base URL of the REST API.', default: publicWebexApi })
  @IsUrl({ protocols: ['https', 'http'], require_protocol: true, require_tld: false, disallow_auth: true })
  readonly apiUrl: string = publicWebexApi;

  @ApiPropertyOptional({ description: 'The client id of an integration or a Service App; a bot has none.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  readonly clientId?: string;

  @ApiProperty({ description: 'What the app is at Webex.', enum: appKinds })
  @IsIn(appKinds)
  readonly kind!: (typeof appKinds)[number];

  @ApiPropertyOptional({
    description: 'Refuses calls that carry nothing but the older HMAC-SHA1 signature.',
    default: false,
  })
  @IsBoolean()
  readonly requireSha2: boolean = false;

  @ApiPropertyOptional({
    type: [WebexWebhookSetting],
    description:
      'The webhooks that Liaison keeps registered; what we have words for if missing, none of them if empty.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => WebexWebhookSetting)
  readonly webhooks?: WebexWebhookSetting[];
}

/** The app's own secret and tokens, for calls to Webex, and the webhook secrets, for calls from it. */
export class WebexSecrets extends WebhookSecrets {
  @ApiPropertyOptional({ writeOnly: true, description: 'Of an integration or a Service App.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(1_000)
  readonly clientSecret?: string;

  @ApiPropertyOptional({ writeOnly: true, description: 'What reads messages and rooms: the token of the bot or user.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(4_000)
  readonly accessToken?: string;

  @ApiPropertyOptional({ writeOnly: true, description: 'A bot has none.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(4_000)
  readonly refreshToken?: string;
}
