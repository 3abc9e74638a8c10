import { OutboundFailed } from '../../common/outbound/outbound.errors.js';
import { NeedsAuthorization, PlatformUnavailable } from '../platform.errors.js';
import { type WebexRefusal } from './api/webex-api.errors.js';

/**
 * What a refusal means to whoever calls a platform without knowing which: `PlatformUnavailable` for what passes,
 * `NeedsAuthorization` where the token is not taken. Any other refusal is given back as it is: the same call cannot succeed
 * and nobody's consent would help, so somebody must look at it.
 */
export function passingOrFinal(refusal: WebexRefusal): PlatformUnavailable | NeedsAuthorization | WebexRefusal {
  const { outcome, retryAfterSeconds } = refusal;
  if (outcome === 'auth') return new NeedsAuthorization();
  if (outcome !== 'retry') return refusal;
  return new PlatformUnavailable(reasonOf(refusal), {
    cause: refusal,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

function reasonOf({ platformStatus, cause }: WebexRefusal): string {
  if (platformStatus === 429) return 'rate-limited';
  // For example a file that is being scanned.
  if (platformStatus === 423) return 'locked';
  if (platformStatus !== undefined) return 'no-usable-answer';
  return cause instanceof OutboundFailed ? cause.reason : 'not-reachable';
}
