import { IsBoolean, IsOptional, IsString, IsUrl } from 'class-validator';
import { isJsonObject, parseJsonBytes, textOf, type JsonObject } from '../../src/common/json/json.js';
import { type HttpCaller } from '../../src/common/outbound/http-caller.js';
import { OutboundFailed } from '../../src/common/outbound/outbound.errors.js';
import { Secret } from '../../src/common/security/secret.js';
import { addressOf } from '../../src/platforms/address.js';
import {
  NeedsAuthorization,
  PlatformUnavailable,
  SignatureRejected,
  Untranslatable,
} from '../../src/platforms/platform.errors.js';
import { type PlatformAccount } from '../../src/platforms/platform-account.js';
import { type Platform } from '../../src/platforms/platform.js';
import { WebhookSecrets } from '../../src/platforms/webhook-secrets.dto.js';

class OidcSettings {
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http'] })
  readonly issuer!: string;
  @IsString()
  readonly clientId!: string;
  /** Where the token endpoint is called, if not where discovery says. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http'] })
  readonly tokenUrl?: string;
  /** Whether the server forgives the second use of a refresh token. */
  @IsOptional()
  @IsBoolean()
  readonly forgiving?: boolean;
}

class OidcSecrets extends WebhookSecrets {
  @IsString()
  readonly clientSecret!: string;
}

async function getJson(http: HttpCaller, url: string, headers: Record<string, string> = {}): Promise<JsonObject> {
  const answer = await http.request({ method: 'GET', url, headers }).catch((error: unknown) => {
    throw error instanceof OutboundFailed ? new PlatformUnavailable('not-reachable', { cause: error }) : error;
  });
  if (answer.status === 401) throw new NeedsAuthorization();
  const parsed = parseJsonBytes(answer.body);
  if (answer.status !== 200 || !parsed.ok || !isJsonObject(parsed.value)) throw new PlatformUnavailable('no-answer');
  return parsed.value;
}

const discoveryOf = ({ settings }: PlatformAccount, http: HttpCaller): Promise<JsonObject> =>
  getJson(http, `${String(settings['issuer'])}/.well-known/openid-configuration`);

/** A made-up platform whose users are those of any OpenID provider, which is found by discovery. It gets no webhooks. */
export const oidcPlatform: Platform = {
  id: 'oidc',
  settings: OidcSettings,
  secrets: OidcSecrets,
  addresses: ({ issuer, tokenUrl = issuer }) => [addressOf(issuer), addressOf(tokenUrl)],
  verify: () => {
    throw new SignatureRejected('missing');
  },
  read: () => ({
    kind: 'delivery',
    laneKey: '',
    sourceTimeMs: undefined,
    platformIndex: undefined,
    retryCount: undefined,
  }),
  translate: () => {
    throw new Untranslatable('nothing', 'This platform does not call.');
  },
  birthOf: () => undefined,
  keptHeaders: [],
  userGrants: {
    async server(account, http) {
      const found = await discoveryOf(account, http);
      const revocationEndpoint = textOf(found, 'revocation_endpoint');
      const { tokenUrl } = account.settings;
      return {
        issuer: textOf(found, 'issuer') ?? '',
        authorizationEndpoint: textOf(found, 'authorization_endpoint') ?? '',
        tokenEndpoint: typeof tokenUrl === 'string' ? tokenUrl : (textOf(found, 'token_endpoint') ?? ''),
        ...(revocationEndpoint === undefined ? {} : { revocationEndpoint }),
        namesItselfInCallbacks: true,
        clientId: String(account.settings['clientId']),
        clientSecret: new Secret(account.secret('clientSecret') ?? ''),
        clientAuthentication: 'basic',
        pkce: true,
        lostRefreshIsFinal: account.settings['forgiving'] !== true,
      };
    },
    defaultScopes: ['openid', 'profile', 'email'],
    async whoIs(accessToken, _answer, account, http) {
      const endpoint = textOf(await discoveryOf(account, http), 'userinfo_endpoint') ?? '';
      const user = await getJson(http, endpoint, { authorization: `Bearer ${accessToken}` });
      const externalId = textOf(user, 'sub');
      if (externalId === undefined) throw new PlatformUnavailable('no-subject');
      const [name, email] = [textOf(user, 'name'), textOf(user, 'email')];
      return { externalId, ...(name === undefined ? {} : { name }), ...(email === undefined ? {} : { email }) };
    },
  },
};
