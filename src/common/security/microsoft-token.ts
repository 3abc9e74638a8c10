import { textOf } from '../json/json.js';
import { type MicrosoftKeySets } from './microsoft-key-sets.js';
import { microsoftIssuer, microsoftTokenVersion } from './microsoft-issuer.js';
import { type TokenClaims, type TokenRules } from './token-verifier.js';

/** Whose tokens of Microsoft's identity platform count, and for what. */
export interface MicrosoftTokenSettings {
  /** Where metadata and keys are, without a trailing slash. The public cloud by default. */
  readonly authorityUrl?: string;
  /** Our App ID URI or client id, whichever the caller asks a token for: v1 tokens carry either, v2 ones the client id. */
  readonly audience: readonly string[];
  /** The ids of the tenants that we serve. */
  readonly tenants: readonly string[];
  /** The ids of the apps that may call us. */
  readonly callerAppIds: readonly string[];
  readonly keySets: MicrosoftKeySets;
  /** Milliseconds since 1970. The system's clock by default. */
  readonly now?: () => number;
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the Bot Framework's page on authentication calls industry standard. */
const clockToleranceSeconds = 300;

/**
 * The rules for app tokens of Microsoft's identity platform (Entra, "Access tokens" and "Access token claims reference"),
 * v1 and v2: RS256; the issuer of the token's own tenant and version, never the template of the tenant-independent
 * metadata; a tenant on our list; an audience of ours alone; a calling app on our list, without which any app of the
 * tenant that can get a token for us could pose as the platform; `exp` and `nbf` within five minutes.
 *
 * Keys come from the metadata of the token's tenant and version. They are asked for only once the tenant was found on the
 * list. Throws a `TypeError` for a list of tenants or apps that holds anything but GUIDs.
 */
export function microsoftTokenRules(settings: MicrosoftTokenSettings): TokenRules {
  const { authorityUrl = 'https://login.microsoftonline.com', audience, keySets } = settings;
  const tenants = guids(settings.tenants);
  const apps = guids(settings.callerAppIds);
  return {
    algorithms: ['RS256'],
    keys: keySets.at(authorityUrl),
    issuer: microsoftIssuer,
    audience,
    tenant: (claims) => isListed(tenants, textOf(claims, 'tid')),
    caller: (claims) => isListed(apps, callingApp(claims)),
    requiredClaims: ['nbf', 'tid', 'ver'],
    clockToleranceSeconds,
    ...(settings.now === undefined ? {} : { now: settings.now }),
  };
}

/** v1 tokens name the app that asked for them in `appid`, v2 ones in `azp`. */
function callingApp(claims: TokenClaims): string | undefined {
  const version = microsoftTokenVersion(claims);
  return version === undefined ? undefined : textOf(claims, version === 1 ? 'appid' : 'azp');
}

function guids(texts: readonly string[]): ReadonlySet<string> {
  if (!texts.every((text) => guid.test(text))) throw new TypeError('ids of tenants and apps are GUIDs');
  return new Set(texts.map((text) => text.toLowerCase()));
}

function isListed(list: ReadonlySet<string>, id: string | undefined): boolean {
  return id !== undefined && list.has(id.toLowerCase());
}
