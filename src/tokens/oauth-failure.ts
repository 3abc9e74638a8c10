import * as oauth from 'openid-client';
import { OutboundFailed, OutboundRefused } from '../common/outbound/outbound.errors.js';
import { retryAfterSeconds } from '../common/outbound/retry-after.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../platforms/platform.errors.js';
import { CallbackRefused } from './token.errors.js';

/**
 * OAuth's words for a client that is not taken (RFC 6749 section 5.2), and Watson Work's: an operator must act, no user.
 */
const clientErrors: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client', 'unauthorized']);

/** The request was not handled: it came too slowly, too early or too often (RFC 9110, 8470, 6585). */
const unhandledStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * What stands before the token host got no answer from it, or none that it could pass on, and cannot tell what the host has
 * done (RFC 9110 sections 15.6.3 and 15.6.5; 520 and 524 are Cloudflare's words for the same). All other 5xx say that the
 * request was not carried out: 500 by the host itself, 503 by whoever turned it away, which is what a host that is merely
 * down looks like.
 */
const lostBehindGateway: ReadonlySet<number> = new Set([502, 504, 520, 524]);

/** The server has answered with a success that the library cannot make sense of, so it has done what was asked. */
export const unreadable = (cause: unknown): Error => new OutcomeUnknown({ cause });

/**
 * What a failed call of an authorization server means, in the words that all platforms share; `others` says it of what the
 * library alone objects to. Where no connection came about nothing was done; where it broke later, nobody knows.
 */
export function meaningOf(error: unknown, others: (cause: unknown) => Error): unknown {
  for (const cause of chainOf(error)) {
    if (cause instanceof OutboundFailed) {
      return cause.mayHaveBeenSent
        ? new OutcomeUnknown({ cause: error })
        : new PlatformUnavailable('not-reachable', { cause: error });
    }
    if (
      cause instanceof OutboundRefused ||
      cause instanceof NeedsAuthorization ||
      cause instanceof OutcomeUnknown ||
      cause instanceof PlatformUnavailable
    ) {
      return cause;
    }
    if (cause instanceof oauth.AuthorizationResponseError) return new CallbackRefused(cause.error);
    if (cause instanceof oauth.ResponseBodyError) return meaningOfAnswer(cause.response, cause.error, error);
    // A challenge is the answer to a client that is not taken (RFC 6749 section 5.2).
    if (cause instanceof oauth.WWWAuthenticateChallengeError) {
      return meaningOfAnswer(cause.response, 'invalid_client', error);
    }
    if (cause instanceof Response) return meaningOfAnswer(cause, undefined, error);
  }
  return error instanceof Error && 'code' in error ? others(error) : error;
}

function meaningOfAnswer({ status, headers }: Response, code: string | undefined, cause: unknown): Error {
  if (lostBehindGateway.has(status)) return new OutcomeUnknown({ cause });
  if (status >= 500 || unhandledStatuses.has(status)) {
    const seconds = retryAfterSeconds(headers.get('retry-after') ?? undefined, Date.now());
    return new PlatformUnavailable(status === 429 ? 'rate-limited' : 'no-usable-answer', {
      cause,
      ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
    });
  }
  // A success that cannot be read: the server has done it.
  if (status < 300) return new OutcomeUnknown({ cause });
  // Nothing that a user could consent to: the client's own secret or the address is wrong.
  if (code !== undefined && clientErrors.has(code)) return new PlatformUnavailable('client-refused', { cause });
  // The one word that is of the grant (RFC 6749 section 5.2). Whatever else comes may be of a proxy, a firewall or a page of
  // maintenance, and must not cost a consent.
  if (code === 'invalid_grant') return new NeedsAuthorization();
  return new PlatformUnavailable('no-usable-answer', { cause });
}

function* chainOf(error: unknown): Generator {
  let at = error;
  for (let depth = 0; depth < 8 && at !== undefined && at !== null; depth++) {
    yield at;
    at = typeof at === 'object' && 'cause' in at ? at.cause : undefined;
  }
}
