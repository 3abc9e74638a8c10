import { alphanumericText } from './identifiers.js';
import { postOnce, type PostOutcome } from './outbound-request.js';
import { webhookSignature } from './webhook-signature.js';

/** Why the platform refuses an end point, in its own words (the misspelt ones included). */
export type VerificationFailure =
  | 'OBW_VERIFICATION_CONNNECTION_REFUSED'
  | 'OBW_VERIFICATION_CONNNECTION_TIMEOUT'
  | 'OBW_VERIFICATION_RESPONSE_STATUSCODE'
  | 'OBW_VERIFICATION_RESPONSE_HAS_NO_BODY'
  | 'OBW_VERIFICATION_RESPONSE_WRONG_FORMAT'
  | 'OBW_VERIFICATION_RESPONSE_NO_CHALLENGE'
  | 'OBW_VERIFICATION_RESPONSE_WRONG_CHALLENGE'
  | 'OBW_VERIFICATION_RESPONSE_NO_HMAC'
  | 'OBW_VERIFICATION_RESPONSE_WRONG_HMAC';

/** Thrown when enabling or updating a webhook whose end point fails its verification. */
export class WebhookVerificationError extends Error {
  constructor(readonly tag: VerificationFailure) {
    super(`Verification of outbound webhook endpoint failed: ${tag}`);
    this.name = 'WebhookVerificationError';
  }
}

/**
 * The verification handshake of the Watson Work webhook reference 1.8.0: a signed one-time challenge which the end point
 * answers with exactly 200, the challenge, and a signature over the bytes of its own answer.
 */
export async function verifyEndpoint(
  webhook: { readonly url: string; readonly secret: string },
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<VerificationFailure | undefined> {
  const challenge = alphanumericText(32);
  const body = Buffer.from(JSON.stringify({ type: 'verification', challenge }), 'utf8');
  const secret = webhook.secret;
  const outcome = await postOnce({
    url: webhook.url,
    headers: {
      'Content-Type': 'application/json;charset=UTF-8',
      'X-OUTBOUND-TOKEN': webhookSignature(secret, body),
    },
    body,
    ...limits,
  });
  return failureIn(outcome, challenge, secret);
}

function failureIn(outcome: PostOutcome, challenge: string, secret: string): VerificationFailure | undefined {
  if (outcome === 'timeout') return 'OBW_VERIFICATION_CONNNECTION_TIMEOUT';
  if (outcome === 'refused' || outcome === 'network') return 'OBW_VERIFICATION_CONNNECTION_REFUSED';
  if (outcome.status !== 200) return 'OBW_VERIFICATION_RESPONSE_STATUSCODE';
  if (outcome.body.length === 0) return 'OBW_VERIFICATION_RESPONSE_HAS_NO_BODY';
  const answer = parsedObject(outcome.body);
  if (answer === undefined) return 'OBW_VERIFICATION_RESPONSE_WRONG_FORMAT';
  if (typeof answer['response'] !== 'string') return 'OBW_VERIFICATION_RESPONSE_NO_CHALLENGE';
  if (answer['response'] !== challenge) return 'OBW_VERIFICATION_RESPONSE_WRONG_CHALLENGE';
  const token = outcome.headers['x-outbound-token'];
  if (token === undefined) return 'OBW_VERIFICATION_RESPONSE_NO_HMAC';
  if (token !== webhookSignature(secret, outcome.body)) return 'OBW_VERIFICATION_RESPONSE_WRONG_HMAC';
  return undefined;
}

function parsedObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}
