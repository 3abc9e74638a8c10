import { createHash, randomBytes } from 'node:crypto';
import { type SimulatorClock } from '../clock.js';
import { type HttpAnswer, type HttpCall } from '../http-exchange.js';
import { AadRefusal } from './aad-error.js';
import { type SimulatedApplication, type SimulatedUser, type TenantDirectory } from './tenant-directory.js';

/** "About 10 minutes" in the reference of the v2 code flow. */
const codeLifetimeMs = 600_000;

/** What a person agreed to. */
export interface Consent {
  readonly client: SimulatedApplication;
  readonly user: SimulatedUser;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
}

interface IssuedCode {
  readonly consent: Consent;
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly expiresAt: number;
  redeemed: boolean;
}

/** `GET /{tenant}/oauth2/v2.0/authorize` with a browser before it whose person agrees or refuses at once. */
export class AuthorizationEndpoint {
  readonly #codes = new Map<string, IssuedCode>();
  #person: SimulatedUser | undefined;

  constructor(
    private readonly directory: TenantDirectory,
    private readonly clock: SimulatorClock,
  ) {}

  signInAs(person: SimulatedUser | undefined): void {
    this.#person = person;
  }

  /** Errors go back to the app only when its redirect address is proven; until then they stay on a page here. */
  authorize({ query }: HttpCall, tenantName: string): HttpAnswer {
    const client = this.directory.application(query.get('client_id') ?? '');
    if (client === undefined) throw refusal('unauthorized_client', 700016, 'The application was not found.');
    const redirectUri = query.get('redirect_uri') ?? '';
    if (!client.redirectUris.includes(redirectUri)) {
      throw refusal('invalid_request', 50011, 'The redirect URI does not match the ones of the application.');
    }
    const back = (members: Readonly<Record<string, string>>): HttpAnswer => {
      const target = new URL(redirectUri);
      for (const [name, value] of Object.entries(members)) target.searchParams.set(name, value);
      const state = query.get('state');
      if (state !== null) target.searchParams.set('state', state);
      return { status: 302, headers: { Location: target.href } };
    };
    const problem = this.#problem(query);
    if (problem !== undefined) return back(problem);
    const user = this.#person;
    if (user === undefined || !this.#belongs(user, client, tenantName)) {
      return back({ error: 'access_denied', error_description: 'AADSTS65004: User declined to consent.' });
    }
    const scopes = words(query.get('scope'));
    const code = `0.${randomBytes(48).toString('base64url')}`;
    this.#codes.set(code, {
      consent: { client, user, scopes, nonce: query.get('nonce') ?? undefined },
      redirectUri,
      challenge: query.get('code_challenge') ?? undefined,
      expiresAt: this.clock.now() + codeLifetimeMs,
      redeemed: false,
    });
    return back({ code, session_state: randomBytes(16).toString('hex') });
  }

  /** What was agreed to under this code. Each code works once, for its client, its address and its verifier. */
  redeem(client: SimulatedApplication, form: URLSearchParams): Consent {
    const issued = this.#codes.get(form.get('code') ?? '');
    if (issued?.consent.client !== client) throw refusal('invalid_grant', 70000, 'The provided code is not valid.');
    if (issued.redeemed) throw refusal('invalid_grant', 54005, 'OAuth2 Authorization code was already redeemed.');
    if (issued.expiresAt <= this.clock.now()) throw refusal('invalid_grant', 70008, 'The provided code has expired.');
    if (form.get('redirect_uri') !== issued.redirectUri) {
      throw refusal('invalid_grant', 500112, 'The reply address does not match the one of the authorization request.');
    }
    if (issued.challenge !== undefined && issued.challenge !== s256(form.get('code_verifier') ?? '')) {
      throw refusal('invalid_grant', 501481, 'The Code_Verifier does not match the code_challenge.');
    }
    if (issued.challenge === undefined && form.has('code_verifier')) {
      throw refusal('invalid_grant', 501482, 'A Code_Verifier came without a code_challenge in the request.');
    }
    issued.redeemed = true;
    return issued.consent;
  }

  #problem(query: URLSearchParams): Readonly<Record<string, string>> | undefined {
    if (query.get('response_type') !== 'code') {
      return { error: 'unsupported_response_type', error_description: 'AADSTS700054: Only "code" is known here.' };
    }
    if (words(query.get('scope')).length === 0) {
      return { error: 'invalid_request', error_description: 'AADSTS900144: The request must contain scope.' };
    }
    // Without a method the challenge is `plain`; a client that means S256 has to say so.
    if (query.has('code_challenge') && query.get('code_challenge_method') !== 'S256') {
      return { error: 'invalid_request', error_description: 'AADSTS9002325: Only the challenge method S256 is known.' };
    }
    return undefined;
  }

  #belongs(user: SimulatedUser, client: SimulatedApplication, tenantName: string): boolean {
    const anyTenant = tenantName === 'common' || tenantName === 'organizations';
    const named = anyTenant || this.directory.tenant(tenantName) === user.tenant;
    return named && client.tenants.includes(user.tenant);
  }
}

function words(text: string | null): readonly string[] {
  return (text ?? '').split(' ').filter((word) => word !== '');
}

function s256(verifier: string): string {
  return createHash('sha256').update(verifier, 'ascii').digest('base64url');
}

function refusal(error: string, code: number, message: string): AadRefusal {
  return new AadRefusal({ status: 400, error, code, message });
}
