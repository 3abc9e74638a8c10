import { type OutboundAnswer } from '../../common/outbound/outbound-http.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../../platforms/platform.errors.js';
import { CrmRefused, EntryStale, type CrmRefusal } from '../crm.errors.js';
import { awayFor, rateLimited } from '../crm-call.js';

const refusals: ReadonlyMap<number, CrmRefusal> = new Map([
  [400, 'invalid'],
  [403, 'forbidden'],
  [404, 'gone'],
  [405, 'invalid'],
  [409, 'duplicate'],
  [413, 'invalid'],
]);

/**
 * What an answer other than 2xx means. EspoCRM says why in `X-Status-Reason`: for 409 whether it is a duplicate or was modified
 * meanwhile, and for 500 that it threw the error itself, which it does before it saves. A 500 without it comes from PHP or
 * from a server before it, and may have come after the change.
 */
export function errorOf(answer: OutboundAnswer, effect: 'reads' | 'writes'): Error {
  const { status } = answer;
  const said = reasonIn(answer);
  if (status === 401) return new NeedsAuthorization();
  if (status === 429) return rateLimited(answer);
  // Its maintenance mode.
  if (status === 503) return awayFor('not-available', answer);
  if (status === 409 && said?.toLowerCase() === 'modified') return new EntryStale();
  const reason = refusals.get(status);
  if (reason !== undefined) return new CrmRefused(reason, said);
  if (status < 400) return new PlatformUnavailable('redirect');
  if (status === 500 && said !== undefined && effect === 'writes') return new CrmRefused('broken', said);
  return effect === 'writes' && (status >= 500 || status === 408)
    ? new OutcomeUnknown()
    : new PlatformUnavailable('no-usable-answer');
}

function reasonIn({ headers }: OutboundAnswer): string | undefined {
  const text = headers['x-status-reason']?.trim();
  return text === undefined || text === '' ? undefined : text.slice(0, 500).toWellFormed();
}
