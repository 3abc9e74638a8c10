import { createHash, randomBytes } from 'node:crypto';
import { type HttpCall } from '../../common/http-exchange.js';
import { type CrmAnswer } from '../common/crm-server.js';

interface Code {
  readonly redirectUri: string;
  readonly challenge: string;
}

const user = {
  sub: 'https://login.salesforce.com/id/00D000000000001AAA/005000000000002AAA',
  user_id: '005000000000002AAA',
  organization_id: '00D000000000001AAA',
  preferred_username: 'ann@acme.example',
  name: 'Ann Admin',
  email: 'ann@acme.example',
};

function oauthError(error: string, description: string, status = 400): CrmAnswer {
  return { status, body: { error, error_description: description } };
}

/** `/services/oauth2`: client credentials, the code flow with PKCE, refreshes that leave the refresh token as it is, revocation. */
export class OAuth {
  readonly #tokens = new Set<string>();
  readonly #codes = new Map<string, Code>();
  readonly #refreshTokens = new Set<string>();

  constructor(
    private readonly clientId: string,
    private readonly clientSecret: string,
    private readonly instanceUrl: () => string,
  ) {}

  newToken(): string {
    const token = `00D000000000001!${randomBytes(24).toString('base64url')}`;
    this.#tokens.add(token);
    return token;
  }

  takes(authorization: string | undefined): boolean {
    return this.#tokens.has(authorization?.replace(/^Bearer /, '') ?? '');
  }

  /** As sessions end: unasked, and nobody is told. */
  expireTokens(): void {
    this.#tokens.clear();
  }

  answer(call: HttpCall): CrmAnswer {
    const form = new URLSearchParams(call.body.toString('utf8'));
    const what = `${call.method} ${call.path.slice('/services/oauth2/'.length)}`;
    if (what === 'GET authorize') return this.#authorize(call.query);
    if (what === 'POST token') return this.#token(form);
    if (what === 'POST revoke') return this.#revoke(form.get('token') ?? '');
    if (what === 'GET userinfo') {
      return this.takes(call.headers.authorization) ? { status: 200, body: user } : { status: 403 };
    }
    return { status: 404 };
  }

  /** The user agrees to everything. */
  #authorize(query: URLSearchParams): CrmAnswer {
    const redirectUri = query.get('redirect_uri') ?? '';
    const challenge = query.get('code_challenge') ?? '';
    if (query.get('client_id') !== this.clientId || !URL.canParse(redirectUri)) {
      return oauthError('invalid_client_id', 'client identifier invalid');
    }
    const location = new URL(redirectUri);
    if (query.get('code_challenge_method') !== 'S256' || challenge === '') {
      location.searchParams.set('error', 'invalid_request');
      location.searchParams.set('error_description', 'missing required code challenge');
    } else {
      const code = randomBytes(16).toString('base64url');
      this.#codes.set(code, { redirectUri, challenge });
      location.searchParams.set('code', code);
    }
    location.searchParams.set('state', query.get('state') ?? '');
    return { status: 302, headers: { location: location.href } };
  }

  #token(form: URLSearchParams): CrmAnswer {
    if (form.get('client_id') !== this.clientId) return oauthError('invalid_client_id', 'client identifier invalid');
    if (form.get('client_secret') !== this.clientSecret)
      return oauthError('invalid_client', 'invalid client credentials');
    const grantType = form.get('grant_type');
    if (grantType === 'client_credentials') return this.#granted({});
    if (grantType === 'refresh_token') {
      return this.#refreshTokens.has(form.get('refresh_token') ?? '')
        ? this.#granted({})
        : oauthError('invalid_grant', 'expired access/refresh token');
    }
    const code = this.#codes.get(form.get('code') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight = code?.challenge === verifier && code.redirectUri === form.get('redirect_uri');
    if (grantType !== 'authorization_code') return oauthError('unsupported_grant_type', 'grant type not supported');
    if (!isRight) return oauthError('invalid_grant', 'invalid authorization code');
    const refreshToken = randomBytes(24).toString('base64url');
    this.#refreshTokens.add(refreshToken);
    return this.#granted({ refresh_token: refreshToken });
  }

  /** Without `expires_in`, as Salesforce writes it. */
  #granted(more: Readonly<Record<string, string>>): CrmAnswer {
    const body = {
      access_token: this.newToken(),
      ...more,
      signature: randomBytes(32).toString('base64'),
      scope: 'api refresh_token id',
      instance_url: this.instanceUrl(),
      id: user.sub,
      token_type: 'Bearer',
      issued_at: String(Date.now()),
    };
    return { status: 200, body };
  }

  /** A refresh token takes its access tokens with it; here all of them. */
  #revoke(token: string): CrmAnswer {
    if (this.#refreshTokens.delete(token)) this.#tokens.clear();
    else if (!this.#tokens.delete(token))
      return oauthError('unsupported_token_type', 'this token type is not supported');
    return { status: 200 };
  }
}
