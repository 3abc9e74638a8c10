import { type SimulatedApp } from './registered-app.js';
import { type WatsonWorkSimulator } from './watson-work-simulator.js';

/** For tests: an access token of the app, fetched as a client would. */
export async function appToken(watson: WatsonWorkSimulator, app: SimulatedApp): Promise<string> {
  const pair = Buffer.from(`${app.appId}:${app.appSecret}`, 'utf8').toString('base64');
  const response = await fetch(`${watson.url}/oauth/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${pair}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const body: unknown = await response.json();
  if (typeof body === 'object' && body !== null && 'access_token' in body) return String(body.access_token);
  throw new Error('No token was granted.');
}
