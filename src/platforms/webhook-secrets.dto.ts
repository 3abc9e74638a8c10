import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsOptional, Validate, ValidatorConstraint } from 'class-validator';
import { type ValidatorConstraintInterface } from 'class-validator';
import { isInstant } from '../common/http/query.dto.js';

/** A webhook secret as callers may give it: the text alone, with validity times, or an existing one by its id. */
export type WebhookSecretInput =
  | string
  | { readonly secret: string; readonly from?: string; readonly until?: string }
  | { readonly id: string; readonly from?: string; readonly until?: string };

@ValidatorConstraint({ name: 'webhookSecret' })
class IsWebhookSecret implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    if (typeof value === 'string') return isSecretText(value);
    if (typeof value !== 'object' || value === null) return false;
    const entries = Object.entries(value);
    const named = entries.filter(([name]) => name === 'secret' || name === 'id');
    return (
      named.length === 1 &&
      named.every(([, text]) => typeof text === 'string' && isSecretText(text)) &&
      entries.every(
        ([name, item]) =>
          name === 'secret' || name === 'id' || ((name === 'from' || name === 'until') && isInstant(item)),
      )
    );
  }

  defaultMessage(): string {
    return 'each webhook secret must be a text of 1 to 1000 characters, {secret, from?, until?} or {id, from?, until?} with RFC 3339 times';
  }
}

function isSecretText(text: string): boolean {
  return text.length > 0 && text.length <= 1_000 && text.isWellFormed();
}

/** The part of every platform's secrets that signs its webhooks; several may be valid at once. */
export class WebhookSecrets {
  @ApiPropertyOptional({
    writeOnly: true,
    description:
      'Secrets that sign webhooks. Each is a text, `{secret, from?, until?}`, or `{id, from?, until?}` to keep one that is already stored. The list replaces the stored one.',
    type: 'array',
    items: { oneOf: [{ type: 'string' }, { type: 'object' }] },
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10)
  @Validate(IsWebhookSecret, { each: true })
  readonly webhookSecrets?: WebhookSecretInput[];
}
