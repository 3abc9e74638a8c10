import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsBoolean,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  Validate,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { addressOf } from '../../platforms/address.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { StandardWebhookSecrets } from '../standard-webhook.secrets.js';

const defaultApiVersion = '62.0';
const defaultKeyField = 'Liaison_Key__c';

@ValidatorConstraint({ name: 'myDomain' })
class IsMyDomain implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    if (typeof value !== 'string' || !URL.canParse(value)) return false;
    const { protocol, origin, host } = new URL(value);
    const isWeb = protocol === 'https:' || protocol === 'http:';
    return isWeb && addressOf(value) === origin && !host.includes('.lightning.');
  }

  defaultMessage(): string {
    return 'instanceUrl must be the address of the My Domain alone, like https://acme.my.salesforce.com, not that of Lightning';
  }
}

/** Which org, and what it calls things. */
export class SalesforceSettings {
  @ApiProperty({ description: 'The My Domain of the org.', example: 'https://acme.my.salesforce.com' })
  @Validate(IsMyDomain)
  @MaxLength(300)
  readonly instanceUrl!: string;

  @ApiPropertyOptional({ description: 'Version of the REST API, from 46.0.', default: defaultApiVersion })
  // Before 46.0 an upsert that changed something answered without an id.
  @Matches(/^(4[6-9]|[5-9]\d|[1-9]\d\d)\.0$/)
  readonly apiVersion: string = defaultApiVersion;

  @ApiProperty({ description: 'Consumer key of the external client app or connected app.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  readonly clientId!: string;

  @ApiPropertyOptional({
    description: 'The field of activities that holds our key: text, an external id, unique.',
    default: defaultKeyField,
  })
  @Matches(/^[A-Za-z][A-Za-z0-9_]{0,60}__c$/)
  readonly keyField: string = defaultKeyField;

  @ApiPropertyOptional({ description: 'Whether the org keeps amounts in several currencies.', default: false })
  @IsBoolean()
  readonly multiCurrency: boolean = false;
}

/** What gets tokens, and what signs the calls that come in. */
export class SalesforceSecrets extends StandardWebhookSecrets {
  @ApiPropertyOptional({ writeOnly: true, description: 'Consumer secret of the app.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(1_000)
  readonly clientSecret?: string;
}

/** The settings as the connector needs them. */
export interface SalesforceOrg {
  /** Without a slash at the end. */
  readonly instanceUrl: string;
  readonly apiVersion: string;
  readonly keyField: string;
  readonly multiCurrency: boolean;
}

export function orgOf({ settings }: Pick<PlatformAccount, 'settings'>): SalesforceOrg {
  const { instanceUrl, apiVersion = defaultApiVersion, keyField = defaultKeyField, multiCurrency } = settings;
  return {
    instanceUrl: addressOf(instanceUrl),
    apiVersion: String(apiVersion),
    keyField: String(keyField),
    multiCurrency: multiCurrency === true,
  };
}
