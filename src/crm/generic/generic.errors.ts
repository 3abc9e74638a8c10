import { filledTextOf, isJsonObject, parseJsonBytes } from '../../common/json/json.js';
import { type OutboundAnswer } from '../../common/outbound/outbound-http.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../../platforms/platform.errors.js';
import { CrmRefused, type CrmRefusal } from '../crm.errors.js';
import { awayFor, rateLimited } from '../crm-call.js';

const refusals: ReadonlyMap<number, CrmRefusal> = new Map([
  [400, 'invalid'],
  [413, 'invalid'],
  [415, 'invalid'],
  [422, 'invalid'],
  [403, 'forbidden'],
  [409, 'duplicate'],
  [410, 'gone'],
]);

/** What a status other than 2xx means: Standard Webhooks has a call sent again for everything but a 410. */
export function errorOf(answer: OutboundAnswer): Error {
  const { status } = answer;
  if (status === 401) return new NeedsAuthorization();
  if (status === 429) return rateLimited(answer);
  const reason = refusals.get(status);
  if (reason !== undefined) return new CrmRefused(reason, messageIn(answer));
  if (status < 400) return new PlatformUnavailable('redirect');
  if (status === 503) return awayFor('not-available', answer);
  return status === 408 || status >= 500 ? new OutcomeUnknown() : new PlatformUnavailable('no-usable-answer');
}

function messageIn({ body }: OutboundAnswer): string | undefined {
  const parsed = parseJsonBytes(body);
  if (!parsed.ok || !isJsonObject(parsed.value)) return undefined;
  const { value } = parsed;
  const message = filledTextOf(value, 'detail') ?? filledTextOf(value, 'message') ?? filledTextOf(value, 'error');
  return message?.slice(0, 500).toWellFormed();
}
