import { type Platform } from '../../src/platforms/platform.js';
import { platforms } from '../../src/registry.module.js';
import { Browser, type Page } from './browser.js';
import { CuttingProxy } from './cutting-proxy.js';
import { oidcPlatform } from './oidc-platform.js';
import { OidcServer, type OidcOptions } from './oidc-server.js';
import { startTestService, type Answer, type TestService } from './service.js';

export interface Grant {
  readonly id: string;
  readonly state: string;
  readonly health: string;
  readonly reason: string | null;
  readonly subject: { readonly externalId: string; readonly displayName: string; readonly email: string } | null;
  readonly scopes: readonly string[];
  readonly reconnectUrl: string | null;
  readonly revokedAt: string | null;
  readonly renewedAt: string | null;
}

export interface Started {
  readonly id: string;
  readonly authorizeUrl: string;
}

export interface OidcStage {
  readonly oidc: OidcServer;
  readonly service: TestService;
  readonly connectionId: string;
  /** What stands before the token endpoint. */
  readonly proxy: CuttingProxy;
  /** Another connection at the same server, or at another one. */
  connect(options?: {
    readonly credential?: string;
    readonly at?: OidcServer;
    readonly forgiving?: boolean;
  }): Promise<string>;
  /** Asks for a grant, of the stage's own connection where none is named. */
  ask(options?: { readonly connectionId?: string; readonly credential?: string }): Promise<Started>;
  /** An active grant of that user. */
  grantOf(login: string, connectionId?: string): Promise<string>;
  grant(id: string): Promise<Grant>;
  end(): Promise<void>;
}

/** Signs a user in and has them answer; the address at which they would come back, which is not called yet. */
export async function answerAs(
  login: string,
  authorizeUrl: string,
  { answer = 'yes', browser = new Browser() }: { readonly answer?: 'yes' | 'no'; readonly browser?: Browser } = {},
): Promise<string> {
  const redirectUri = new URL(authorizeUrl).searchParams.get('redirect_uri') ?? '';
  let page = await browser.open(authorizeUrl, redirectUri);
  for (let step = 0; step < 4 && !page.url.href.startsWith(redirectUri); step++) {
    const isLogin = page.text.includes('name="login"');
    page = await browser.submit(page, { login, password: 'x', answer: isLogin ? 'yes' : answer }, redirectUri);
  }
  return page.url.href;
}

/** Comes back from the server with that address. */
export function comeBack(callback: string): Promise<Page> {
  return new Browser().open(callback);
}

/** The outcome that a page tells a user, as it is written in the page. */
export function outcomeOf(page: Page): string | undefined {
  return /data-outcome="([^"]+)"/.exec(page.text)?.[1];
}

/** The service with a made-up platform whose users are those of an authorization server on loopback. */
export async function startOidcStage(
  databaseUrl: string,
  options: OidcOptions & {
    readonly environment?: Readonly<Record<string, string>>;
    readonly forgiving?: boolean;
    /** Whether the token endpoint is called through the proxy. */
    readonly proxied?: boolean;
    /** More endpoints that may be called. */
    readonly allow?: readonly string[];
  } = {},
): Promise<OidcStage> {
  // The line in the registry: the list is an array, and only its type forbids to write to it.
  if (!platforms.includes(oidcPlatform)) (platforms as Platform[]).push(oidcPlatform);
  const oidc = await OidcServer.start(options);
  const proxy = await CuttingProxy.start(oidc.issuer);
  const service = await startTestService(databaseUrl, {
    LIAISON_OUTBOUND_ALLOW: [oidc.host, new URL(proxy.url).host, ...(options.allow ?? [])].join(','),
    ...options.environment,
  });
  await service.ready;
  await oidc.register(`${service.url}/oauth/callback`);
  const created = <Body>(answer: Answer<Body>): Body => {
    if (answer.status !== 201) throw new Error(`not created: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const connect: OidcStage['connect'] = async ({ credential, at = oidc, forgiving = false } = {}) => {
    const answer = await service.call<{ id: string }>('POST', '/v1/connections', {
      body: {
        platform: 'oidc',
        name: 'Users',
        settings: {
          issuer: at.issuer,
          clientId: at.client.id,
          forgiving,
          ...(at === oidc && options.proxied === true ? { tokenUrl: `${proxy.url}/token` } : {}),
        },
        secrets: { clientSecret: at.client.secret },
      },
      ...(credential === undefined ? {} : { credential }),
    });
    return created(answer).id;
  };
  const stageConnection = await connect({ forgiving: options.forgiving ?? false });
  const ask: OidcStage['ask'] = async ({ connectionId = stageConnection, credential } = {}) =>
    created(
      await service.call<Started>('POST', '/v1/grants', {
        body: { connectionId },
        ...(credential === undefined ? {} : { credential }),
      }),
    );
  return {
    oidc,
    proxy,
    service,
    connectionId: stageConnection,
    connect,
    ask,
    grantOf: async (login, connectionId) => {
      const { id, authorizeUrl } = await ask(connectionId === undefined ? {} : { connectionId });
      const page = await comeBack(await answerAs(login, authorizeUrl));
      if (outcomeOf(page) !== 'active') throw new Error(`no grant: ${page.status} ${page.text}`);
      return id;
    },
    grant: (id) => service.get<Grant>(`/v1/grants/${id}`),
    end: async () => {
      await service.stop();
      await proxy.stop();
      await oidc.stop();
    },
  };
}
