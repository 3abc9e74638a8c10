import { createHash, createHmac, generateKeyPairSync, sign as signBytes, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { exportJWK, SignJWT, type JWTPayload } from 'jose';
import { MicrosoftKeySets } from '../../../src/common/security/microsoft-key-sets.js';
import { type DriverFixture, type PlatformDriver } from '../platform-driver.js';

const header = 'authorization';
const folder = new URL('../../fixtures/skype-for-business/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder));
// The shape of the documented token, see docs in the fixtures' SOURCES.md.
const documented = (name: string) => JSON.parse(read(`docs/${name}.json`).toString()) as Record<string, string>;

const { aud: audience = '', tid: tenant = '' } = documented('webhook-token-claims');
const otherTenant = '2fdd12d0-4620-44ed-baec-459b611f84b2';
const clientId = '5b1d5a42-8c0e-4f0d-9a57-0f6a0f3a6f10';
const secret = 'the key of today';

/** What Webhooks.md shows, valid at the suite's fixed time and at the service's own. */
const claims: JWTPayload = {
  ...documented('webhook-token-claims'),
  iat: Date.UTC(2024, 11, 1) / 1_000,
  nbf: Date.UTC(2024, 11, 1) / 1_000,
  exp: Date.UTC(2099, 0, 1) / 1_000,
};

interface SigningKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const keys = new Map<string, SigningKey>();

/** A secret stands for a key: the same one each time. Keys take time to make, so each is made once. */
function keyOf(name: string): SigningKey {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const kid = createHash('sha1').update(name).digest('base64url');
  const made = { kid, ...generateKeyPairSync('rsa', { modulusLength: 2_048 }) };
  keys.set(name, made);
  return made;
}

/** What the platform sends, or a version of it with something changed. */
async function bearer(name: string, change: { claims?: JWTPayload; alg?: string; kid?: string } = {}): Promise<string> {
  const { kid, privateKey } = keyOf(name);
  const shown = change.kid ?? kid;
  const token = await new SignJWT({ ...claims, ...change.claims })
    .setProtectedHeader({ ...documented('webhook-token-header'), alg: change.alg ?? 'RS256', x5t: shown, kid: shown })
    .sign(privateKey);
  return `Bearer ${token}`;
}

const encoded = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token whose signature jose would not make. */
function forged(name: string, alg: string, tag: (input: string, key: SigningKey) => Buffer): string {
  const key = keyOf(name);
  const input = `${encoded({ typ: 'JWT', alg, x5t: key.kid, kid: key.kid })}.${encoded(claims)}`;
  return `Bearer ${input}.${tag(input, key).toString('base64url')}`;
}

const pem = ({ publicKey }: SigningKey) => publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** The platform always lists several keys; one of them signs nothing here. */
async function keyList(names: readonly string[]): Promise<object> {
  const listed = ['nobody', ...names].map(keyOf);
  const entries = listed.map(async ({ kid, publicKey }) => ({
    ...(await exportJWK(publicKey)),
    use: 'sig',
    kid,
    x5t: kid,
  }));
  return { keys: await Promise.all(entries) };
}

/** Metadata and key list as the identity platform has them, for whichever address was asked. */
function published(url: string, names: readonly string[]): Promise<object> {
  const metadata = '/.well-known/openid-configuration';
  if (!url.endsWith(metadata)) return keyList(names);
  return Promise.resolve({ jwks_uri: `${url.slice(0, -metadata.length)}/discovery/keys` });
}

let authorityUrl = 'https://login.microsoftonline.com';
const settings = () => ({ authorityUrl, audience, tenants: [tenant], clientId });

const namesIn = (part: string, pattern: RegExp) =>
  readdirSync(new URL(part, folder))
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => `${part}${name}`);

const unusual: Readonly<Record<string, DriverFixture['expected']>> = {
  'reauthored/09-typing-added.json': 'no facts',
  'reauthored/11-heartbeat-no-sender.json': 'heartbeat',
  'reauthored/12-unknown-rel-and-type.json': 'unrecognized',
  'docs/ucwa-events-invitation-updated.json': 'no facts',
};

export const skypeForBusiness: PlatformDriver = {
  open: async () => {
    const server = createServer((request, response) => {
      const url = `http://${request.headers.host ?? ''}${request.url ?? ''}`;
      void published(url, [secret]).then((document) => response.end(JSON.stringify(document)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the key server does not listen');
    authorityUrl = `http://127.0.0.1:${address.port}`;
    return async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
  },
  get environment() {
    return { LIAISON_OUTBOUND_ALLOW: new URL(authorityUrl).host };
  },
  get settings() {
    return settings();
  },
  secret,
  secretsWith: () => ({ clientSecret: 'client-secret' }),
  contextWith: (...names) => ({
    settings: settings(),
    webhookKeys: [],
    microsoftKeySets: new MicrosoftKeySets({ fetchJson: (url) => published(url, names) }),
  }),
  schemes: [
    {
      name: 'bearer-rs256',
      header,
      sign: (_body, name) => bearer(name),
      bindsBody: false,
      // The name of an authentication scheme may be written in any case (RFC 9110 section 11.1).
      saysTheSame: (changed, genuine) =>
        changed.slice(0, 7).toLowerCase() === 'bearer ' && changed.slice(7) === genuine.slice(7),
      otherAlgorithms: {
        'no signature, alg none': (_body, name) => forged(name, 'none', () => Buffer.alloc(0)),
        'alg none with a signature': (_body, name) =>
          forged(name, 'none', (input, key) => signBytes('sha256', Buffer.from(input), key.privateKey)),
        'HS256 with the public key as PEM': (_body, name) =>
          forged(name, 'HS256', (input, key) => createHmac('sha256', pem(key)).update(input).digest()),
        'HS256 with the public key as DER': (_body, name) =>
          forged(name, 'HS256', (input, key) =>
            createHmac('sha256', key.publicKey.export({ type: 'spki', format: 'der' }))
              .update(input)
              .digest(),
          ),
        PS256: (_body, name) => bearer(name, { alg: 'PS256' }),
        RS384: (_body, name) => bearer(name, { alg: 'RS384' }),
        RS512: (_body, name) => bearer(name, { alg: 'RS512' }),
        'SHA-1 under the name RS256': (_body, name) =>
          forged(name, 'RS256', (input, key) => signBytes('sha1', Buffer.from(input), key.privateKey)),
        'another key under the same kid': (_body, name) => bearer('attacker', { kid: keyOf(name).kid }),
        'a token for somebody else': (_body, name) => bearer(name, { claims: { aud: 'https://other.example' } }),
        'a token that another app asked for': (_body, name) =>
          bearer(name, { claims: { appid: '0bf30f3b-4a52-48df-9a82-234910c4a086' } }),
        'a token of another tenant': (_body, name) =>
          bearer(name, { claims: { tid: otherTenant, iss: `https://sts.windows.net/${otherTenant}/` } }),
        'a token that has expired': (_body, name) => bearer(name, { claims: { exp: Date.UTC(2024, 11, 2) / 1_000 } }),
        'a token that is not valid yet': (_body, name) => bearer(name, { claims: { nbf: Date.UTC(2098, 0) / 1_000 } }),
        'the token under another scheme': async (_body, name) => (await bearer(name)).replace('Bearer', 'Basic'),
        'the token without a scheme': async (_body, name) => (await bearer(name)).replace('Bearer ', ''),
      },
    },
  ],
  headersOf: async (_body, name) => ({
    'content-type': 'application/json; type="application/vnd.microsoft.com.ucwa+json"; charset=utf-8',
    'x-ms-correlation-id': '3953004368',
    'client-request-id': 'e9168689-37ac-472e-b02a-c9977c8023a0',
    [header]: await bearer(name),
  }),
  validBody: read('reauthored/04-message-plain-plus-and-percent.json'),
  unknownType: read('reauthored/12-unknown-rel-and-type.json'),
  fixtures: [...namesIn('reauthored/', /json$/), ...namesIn('docs/', /^ucwa-events-/)].map((name) => ({
    name,
    body: read(name),
    headers: {},
    expected: unusual[name] ?? 'facts',
  })),
  vectors: [],
  handshakes: { answered: [], refused: [] },
};
