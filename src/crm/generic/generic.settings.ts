import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsOptional,
  IsUrl,
  MaxLength,
  Validate,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { StandardWebhookSecrets } from '../standard-webhook.secrets.js';
import { isStandardSecret } from '../standard-webhook.signature.js';

/** How many secrets may sign a call: those of a rotation. */
const mostSigning = 5;

/** The secrets in the text of `signingSecrets`. */
export function signingSecretsIn(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/).filter((secret) => secret !== '');
}

@ValidatorConstraint({ name: 'signingSecrets' })
class AreSigningSecrets implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    const secrets = typeof value === 'string' ? signingSecretsIn(value) : [];
    return secrets.length > 0 && secrets.length <= mostSigning && secrets.every(isStandardSecret);
  }

  defaultMessage(): string {
    return `signingSecrets must be 1 to ${mostSigning} secrets in base64, with or without "whsec_", with spaces between them`;
  }
}

/** Where the endpoint is. */
export class GenericSettings {
  @ApiProperty({
    description: 'The address that every call goes to, by POST.',
    example: 'https://crm.example.com/liaison',
  })
  @IsUrl({ protocols: ['https', 'http'], require_protocol: true, require_tld: false, disallow_auth: true })
  @MaxLength(2_000)
  readonly url!: string;
}

/** What signs our calls, and what signs the calls that come in. */
export class GenericSecrets extends StandardWebhookSecrets {
  @ApiPropertyOptional({
    writeOnly: true,
    description: 'Secrets of Standard Webhooks, with spaces between them; each signs every call.',
  })
  @IsOptional()
  @MaxLength(1_000)
  @Validate(AreSigningSecrets)
  readonly signingSecrets?: string;
}
