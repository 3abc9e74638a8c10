import { createHmac } from 'node:crypto';
import { type PlatformId } from '../../src/platforms/platform.js';
import { webhookSecret } from '../setup/watson.js';
import { challengeSamples, eventSamples, signatureVectors } from '../setup/watson-samples.js';

export interface DriverFixture {
  readonly name: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** What the platform's port must make of it. */
  readonly expected: 'facts' | 'unrecognized';
}

export interface DriverVector {
  readonly name: string;
  readonly body: Buffer;
  readonly signature: string;
  readonly valid: boolean;
}

/** All that the contract suite must know of a platform; adding a platform means adding one of these. */
export interface PlatformDriver {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secret: string;
  /** The secrets of a connection with that one webhook secret. */
  readonly secretsWith: (secret: string) => Readonly<Record<string, unknown>>;
  readonly signatureHeader: string;
  readonly sign: (body: Uint8Array, secret: string) => string;
  /** Signatures over the same body and secret that the scheme must not take. */
  readonly otherAlgorithms: Readonly<Record<string, (body: Uint8Array, secret: string) => string>>;
  readonly validBody: Buffer;
  readonly unknownType: Buffer;
  readonly fixtures: readonly DriverFixture[];
  readonly vectors: readonly DriverVector[];
  /** Handshakes that must be answered, and ones that must not. */
  readonly handshakes: { readonly answered: readonly Buffer[]; readonly refused: readonly Buffer[] };
}

const hexMac = (algorithm: string) => (body: Uint8Array, secret: string) =>
  createHmac(algorithm, secret).update(body).digest('hex');

const watsonWork: PlatformDriver = {
  settings: { appId: '0d00981e-eff2-4e84-88c0-6b1c76fa5801', apiUrl: 'http://127.0.0.1:1' },
  secret: webhookSecret,
  secretsWith: (secret) => ({ appSecret: 'app-secret', webhookSecrets: [secret] }),
  signatureHeader: 'x-outbound-token',
  sign: hexMac('sha256'),
  otherAlgorithms: {
    'HMAC-SHA1': hexMac('sha1'),
    'HMAC-SHA512': hexMac('sha512'),
    'HMAC-SHA512 cut to 32 bytes': (body, secret) => hexMac('sha512')(body, secret).slice(0, 64),
    'HMAC-SHA3-256': hexMac('sha3-256'),
    'base64 of HMAC-SHA256': (body, secret) => createHmac('sha256', secret).update(body).digest('base64'),
    'a prefix as other platforms send it': (body, secret) => `sha256=${hexMac('sha256')(body, secret)}`,
  },
  validBody: Buffer.from(
    '{"type":"message-created","spaceId":"58822220e4b0192475567c93","messageId":"5a95abd1e4b01e6e9ce0cee1","content":"hi"}',
  ),
  unknownType: Buffer.from('{"type":"never-heard-of","spaceId":"58822220e4b0192475567c93","time":1519758289517}'),
  fixtures: eventSamples.map(({ name, bytes, headers }) => ({
    name,
    body: bytes,
    headers,
    expected: name.startsWith('conversation-lifecycle/') ? 'unrecognized' : 'facts',
  })),
  vectors: signatureVectors.map(({ name, rawBody, token, valid }) => ({
    name,
    body: Buffer.from(rawBody),
    signature: token,
    valid,
  })),
  handshakes: {
    answered: challengeSamples.filter((sample) => typeof sample.body['challenge'] === 'string').map((one) => one.bytes),
    refused: challengeSamples.filter((sample) => typeof sample.body['challenge'] !== 'string').map((one) => one.bytes),
  },
};

/** A platform that is not in here fails the contract suite. */
export const drivers: Readonly<Partial<Record<PlatformId, PlatformDriver>>> = { 'watson-work': watsonWork };

/** The driver of a platform; fails where there is none. */
export function driverOf(id: PlatformId): PlatformDriver {
  const driver = drivers[id];
  if (driver === undefined) throw new Error(`platform ${id} has no driver in test/contract/platform-driver.ts`);
  return driver;
}
