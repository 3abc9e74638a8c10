import { type IncomingMessage, type ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';

/** The pages of an authorization server on which a user signs in and agrees, or does not. */
export class OidcPages {
  constructor(private readonly provider: Provider) {}

  /** Answers a call below `/interaction/`: the form on GET, the next step on POST. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { uid, prompt, params, session, grantId } = await this.provider.interactionDetails(request, response);
    if (request.method !== 'POST') {
      const fields = prompt.name === 'login' ? loginFields : consentFields;
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
      response.end(page(prompt.name, `<form method="post" action="/interaction/${uid}">${fields}</form>`));
      return;
    }
    const form = new URLSearchParams(await bodyOf(request));
    if (form.get('answer') === 'no') {
      await this.#finish(request, response, { error: 'access_denied', error_description: 'The user said no.' });
      return;
    }
    if (prompt.name === 'login') {
      await this.#finish(request, response, { login: { accountId: form.get('login') ?? '' } });
      return;
    }
    const known = grantId === undefined ? undefined : await this.provider.Grant.find(grantId);
    const grant =
      known ??
      new this.provider.Grant({
        ...(session === undefined ? {} : { accountId: session.accountId }),
        clientId: String(params['client_id']),
      });
    const missing = prompt.details['missingOIDCScope'];
    if (Array.isArray(missing)) grant.addOIDCScope(missing.join(' '));
    await this.#finish(request, response, { consent: { grantId: await grant.save() } });
  }

  #finish(
    request: IncomingMessage,
    response: ServerResponse,
    result: Parameters<Provider['interactionFinished']>[2],
  ): Promise<void> {
    return this.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  }
}

const loginFields = `
  <label>Name <input name="login" required></label>
  <label>Password <input name="password" type="password"></label>
  <button name="answer" value="yes">Sign in</button>`;

const consentFields = `
  <p>Liaison asks to act for you.</p>
  <button name="answer" value="yes">Agree</button>
  <button name="answer" value="no">Refuse</button>`;

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body>${body}</body></html>`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
