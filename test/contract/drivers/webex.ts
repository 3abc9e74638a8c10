import { createHmac } from 'node:crypto';
import { hmacKey } from '../../../src/common/security/hmac.js';
import { type DriverScheme, type PlatformDriver } from '../platform-driver.js';
import { answerSamples, callSamples, deliverySamples, signatureVectors } from '../webex-samples.js';

const sparkHeader = 'x-spark-signature';
const webexHeader = 'x-webex-signature';
const secret = '86dacc007724d8ea666f88fc77d918dad9537a15';
const settings = { kind: 'bot', apiUrl: 'http://127.0.0.1:1', requireSha2: false };

const mac =
  (algorithm: string, encoding: 'hex' | 'base64' = 'hex') =>
  (body: Buffer, key: string) =>
    createHmac(algorithm, key).update(body).digest(encoding);
const sha256 = mac('sha256');
const sha512 = mac('sha512');
const both = (body: Buffer, key: string): string => `SHA-256=${sha256(body, key)}, SHA-512=${sha512(body, key)}`;

/**
 * Labels may be written in any case, and one that we do not know is passed over as long as another one is left. Read here
 * once more, from the rules and not from the code.
 */
const saysTheSame = (changed: string, genuine: string): boolean => {
  const genuineItems = new Set(genuine.split(', '));
  const items = changed.split(/, ?/).map((item) => /^([a-z0-9-]+)=([\w+/=-]+)$/i.exec(item));
  const read = items.map((item) => ({ label: item?.[1]?.toUpperCase(), value: item?.[2] }));
  if (read.some(({ label }) => label === undefined)) return false;
  if (new Set(read.map(({ label }) => label)).size < read.length) return false;
  const known = read.filter(({ label }) => label === 'SHA-256' || label === 'SHA-512');
  return known.length > 0 && known.every(({ label, value }) => genuineItems.has(`${label ?? ''}=${value ?? ''}`));
};

const sha1: DriverScheme = {
  name: 'hmac-sha1',
  header: sparkHeader,
  sign: mac('sha1'),
  bindsBody: true,
  otherAlgorithms: {
    'HMAC-SHA256': sha256,
    'HMAC-SHA256 cut to 20 bytes': (body, key) => sha256(body, key).slice(0, 40),
    'HMAC-SHA512': sha512,
    'HMAC-MD5': mac('md5'),
    'base64 of HMAC-SHA1': mac('sha1', 'base64'),
    'a prefix as other platforms send it': (body, key) => `sha1=${mac('sha1')(body, key)}`,
    'the value of the newer header': both,
  },
};

/** What no value of the newer header may be, whatever digests it has. */
const neverTaken: DriverScheme['otherAlgorithms'] = {
  'a bare HMAC-SHA256': sha256,
  'a bare HMAC-SHA1': mac('sha1'),
  'a label as other platforms write it': (body, key) => `sha256=${sha256(body, key)}`,
  'a label that we do not know, alone': (body, key) => `SHA-384=${mac('sha384')(body, key)}`,
  'SHA-1 under a label of its own': (body, key) => `SHA-1=${mac('sha1')(body, key)}`,
  'digests under each other’s label': (body, key) => `SHA-256=${sha512(body, key)}, SHA-512=${sha256(body, key)}`,
  'HMAC-SHA512 cut to the length of SHA-256': (body, key) => `SHA-256=${sha512(body, key).slice(0, 64)}`,
  'HMAC-SHA3-256': (body, key) => `SHA-256=${mac('sha3-256')(body, key)}`,
  'base64 of HMAC-SHA256': (body, key) => `SHA-256=${mac('sha256', 'base64')(body, key)}`,
  'upper-case digits': (body, key) => `SHA-256=${sha256(body, key).toUpperCase()}`,
  'one label twice': (body, key) => `SHA-256=${sha256(body, key)}, sha-256=${sha256(body, key)}`,
  'a genuine SHA-256 beside a wrong SHA-512': (body, key) => `SHA-256=${sha256(body, key)}, SHA-512=${'0'.repeat(128)}`,
  'a genuine SHA-512 beside a wrong SHA-256': (body, key) => `SHA-256=${'0'.repeat(64)}, SHA-512=${sha512(body, key)}`,
  'digests of two secrets': (body, key) => `SHA-256=${sha256(body, key)}, SHA-512=${sha512(body, 'wrong')}`,
  'a semicolon between the items': (body, key) => both(body, key).replace(', ', '; '),
  'an empty item': (body, key) => `${both(body, key)},`,
};

const newer: readonly DriverScheme[] = [
  {
    name: 'hmac-sha512',
    header: webexHeader,
    sign: both,
    bindsBody: true,
    saysTheSame,
    otherAlgorithms: neverTaken,
  },
  {
    name: 'hmac-sha256',
    header: webexHeader,
    sign: (body, key) => `SHA-256=${sha256(body, key)}`,
    bindsBody: true,
    saysTheSame,
    otherAlgorithms: neverTaken,
  },
];

export const webex: PlatformDriver = {
  settings,
  secret,
  secretsWith: (webhookSecret) => ({ accessToken: 'bot-token', webhookSecrets: [webhookSecret] }),
  contextWith: (...secrets) => ({ settings, webhookKeys: secrets.map(hmacKey) }),
  schemes: [...newer, sha1],
  headersOf: (body, key) => ({
    'content-type': 'application/json;charset=UTF-8',
    'user-agent': 'SparkWebhook/1.0',
    trackingid: 'ROUTER_5F1A0E6B-0001',
    [sparkHeader]: mac('sha1')(body, key),
    [webexHeader]: both(body, key),
  }),
  validBody: Buffer.from(
    '{"id":"w","resource":"messages","event":"created","data":{"id":"m","roomId":"r","created":"2015-10-18T14:26:16.000Z"}}',
  ),
  unknownType: Buffer.from('{"id":"w","resource":"messages","event":"pinned","data":{"id":"m","roomId":"r"}}'),
  fixtures: [
    ...callSamples.map(({ name, body }) => ({ name, body, headers: {}, expected: 'facts' as const })),
    ...deliverySamples.map(({ name, body, headers }) => ({ name, body, headers, expected: 'facts' as const })),
    ...answerSamples,
  ],
  vectors: [
    ...signatureVectors.flatMap(({ name, body, secret: key, spark, webex: labelled }) => [
      { name: `${name}, older header`, body, secret: key, headers: { [sparkHeader]: spark }, valid: true },
      { name: `${name}, newer header`, body, secret: key, headers: { [webexHeader]: labelled }, valid: true },
      {
        name: `${name}, both headers`,
        body,
        secret: key,
        headers: { [sparkHeader]: spark, [webexHeader]: labelled },
        valid: true,
      },
      {
        name: `${name}, parsed and written again`,
        body: Buffer.from(JSON.stringify(JSON.parse(body.toString()))),
        secret: key,
        headers: { [sparkHeader]: spark, [webexHeader]: labelled },
        // The bytes of two vectors happen to survive.
        valid: Buffer.from(JSON.stringify(JSON.parse(body.toString()))).equals(body),
      },
    ]),
    ...deliverySamples.map(({ name, body, headers, secret: key }) => ({
      name,
      body,
      headers,
      secret: key,
      valid: true,
    })),
  ],
  handshakes: { answered: [], refused: [] },
};
