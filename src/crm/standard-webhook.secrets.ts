import { Validate, ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import { WebhookSecrets } from '../platforms/webhook-secrets.dto.js';
import { isStandardSecret } from './standard-webhook.signature.js';

@ValidatorConstraint({ name: 'standardSecret' })
class IsStandardSecret implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    if (typeof value === 'string') return isStandardSecret(value);
    if (typeof value !== 'object' || value === null || !('secret' in value)) return true;
    return typeof value.secret === 'string' && isStandardSecret(value.secret);
  }

  defaultMessage(): string {
    return 'each webhook secret must be base64, with or without "whsec_" before it';
  }
}

/** Webhook secrets that are those of Standard Webhooks. */
export class StandardWebhookSecrets extends WebhookSecrets {}

// One rule more for a member of the base class, which a class cannot say without declaring it again.
Validate(IsStandardSecret, { each: true })(StandardWebhookSecrets.prototype, 'webhookSecrets');
