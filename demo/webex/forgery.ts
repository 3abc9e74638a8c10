import { type DeliveryAttempt } from '../../simulators/webex/delivery-record.js';
import { signatureHeaders } from '../../simulators/webex/webhook-signature.js';
import { postCall } from '../post-call.js';

/** Posts a genuine call with another message in it, signed by somebody who does not have the secret. Answers the status. */
export function forge({ targetUrl, bytes }: DeliveryAttempt, messageId: string, forgedId: string): Promise<number> {
  const body = Buffer.from(bytes.toString('utf8').replaceAll(messageId, forgedId));
  const signed = signatureHeaders('not the secret', body, 'spark');
  return postCall(targetUrl, body, { 'x-spark-signature': String(signed['X-Spark-Signature']) });
}
