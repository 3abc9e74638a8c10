import { filledTextOf, isJsonObject, memberOf, parseJsonBytes } from '../../../common/json/json.js';

/** What Webex says about a call that it did not carry out, as far as it says anything. */
export interface ErrorBody {
  readonly message: string | undefined;
  readonly descriptions: readonly string[];
  readonly trackingId: string | undefined;
  /** The code of an OAuth error (RFC 6749 section 5.2), which the token endpoints use; stable, for example `invalid_grant`. */
  readonly oauthError: string | undefined;
}

const nothing: ErrorBody = { message: undefined, descriptions: [], trackingId: undefined, oauthError: undefined };
const longestText = 500;
const mostDescriptions = 10;

/**
 * Reads `{message, errors: [{description}], trackingId}` and the OAuth shape `{error, error_description}`. Bodies that are
 * empty, HTML (gateways, 429) or anything else say nothing. Never throws; texts and lists are cut to a sane length.
 */
export function readErrorBody(bytes: Buffer): ErrorBody {
  const parsed = parseJsonBytes(bytes);
  if (!parsed.ok || !isJsonObject(parsed.value)) return nothing;
  const body = parsed.value;
  const errors = memberOf(body, 'errors');
  const described = (Array.isArray(errors) ? errors : []).map((item: unknown) =>
    isJsonObject(item) ? filledTextOf(item, 'description') : undefined,
  );
  const texts = [...described, filledTextOf(body, 'error_description')].filter((text) => text !== undefined);
  return {
    message: filledTextOf(body, 'message')?.slice(0, longestText),
    descriptions: texts.slice(0, mostDescriptions).map((text) => text.slice(0, longestText)),
    trackingId: filledTextOf(body, 'trackingId')?.slice(0, longestText),
    oauthError: filledTextOf(body, 'error')?.slice(0, longestText),
  };
}
