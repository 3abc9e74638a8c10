import { Webhook } from 'standardwebhooks';
import { digestsEqual, type KeyObject } from '../common/security/hmac.js';
import { type RawDelivery, singleHeader } from '../deliveries/delivery.js';
import { SignatureRejected } from '../platforms/platform.errors.js';
import { type VerificationContext } from '../platforms/platform.js';

export const idHeader = 'webhook-id';
export const timestampHeader = 'webhook-timestamp';
export const signatureHeader = 'webhook-signature';
const scheme = 'standard-webhooks-v1';

/** As wide as that of the reference libraries, in both directions. */
const toleranceSeconds = 300;
/** Ids hold no full stop, which parts them from the time (Standard Webhooks, "Signature scheme"). */
const idPattern = /^[\w:~+=/-]{1,256}$/;
const timestampPattern = /^\d{1,11}$/;
/** More signatures than a rotation brings are an attempt to make us work. */
const mostSignatures = 20;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether a text is a secret of the scheme: base64 of at least one byte, with or without `whsec_` before it. */
export function isStandardSecret(text: string): boolean {
  return webhookOf(text) !== undefined;
}

/** The value of `webhook-signature`: one signature by each of the secrets, space between them. */
export function standardSignatures(secrets: readonly string[], id: string, at: Date, body: string): string {
  return secrets
    .flatMap((secret) => webhookOf(secret) ?? [])
    .map((webhook) => webhook.sign(id, at, body))
    .join(' ');
}

/**
 * Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over id, time and body, a list of them in `webhook-signature`, of which one
 * must be ours; versions that we do not know are passed over. The time must be within five minutes of when the call came. A
 * body that is no UTF-8 is refused: the scheme signs text. Every active secret is tried, so that one can be rotated.
 */
export function verifyStandardWebhook(delivery: RawDelivery, { webhookKeys }: VerificationContext): string {
  if (webhookKeys.length === 0) throw new SignatureRejected('no-active-secret');
  const [id, timestamp, list] = [idHeader, timestampHeader, signatureHeader].map((name) =>
    singleHeader(delivery, name),
  );
  if (id === undefined || timestamp === undefined || list === undefined) throw new SignatureRejected('missing');
  const signatures = list.split(' ');
  const body = textOf(delivery.body);
  const isFormed = idPattern.test(id) && timestampPattern.test(timestamp) && signatures.length <= mostSignatures;
  if (!isFormed || body === undefined) throw new SignatureRejected('malformed');
  const age = Math.floor(delivery.receivedAt.getTime() / 1_000) - Number(timestamp);
  if (age > toleranceSeconds) throw new SignatureRejected('expired');
  if (age < -toleranceSeconds) throw new SignatureRejected('not-yet-valid');
  const signedAt = new Date(Number(timestamp) * 1_000);
  for (const key of webhookKeys) {
    const expected = webhookOf(textOfKey(key))?.sign(id, signedAt, body);
    if (expected === undefined) continue;
    const isSigned = signatures.some((one) => digestsEqual(Buffer.from(expected), Buffer.from(one)));
    if (isSigned) return scheme;
  }
  throw new SignatureRejected('mismatch');
}

function webhookOf(secret: string): Webhook | undefined {
  try {
    return new Webhook(secret);
  } catch {
    return undefined;
  }
}

/** Keys are kept as the texts that people entered. */
function textOfKey(key: KeyObject): string {
  return key.export().toString('utf8');
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
