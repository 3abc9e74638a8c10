import { createHmac } from 'node:crypto';
import { hmacKey } from '../../../src/common/security/hmac.js';
import { webhookSecret } from '../../setup/watson.js';
import { challengeSamples, eventSamples, signatureVectors } from '../../setup/watson-samples.js';
import { type PlatformDriver } from '../platform-driver.js';

const header = 'x-outbound-token';
const settings = { appId: '0d00981e-eff2-4e84-88c0-6b1c76fa5801', apiUrl: 'http://127.0.0.1:1' };
const hexMac = (algorithm: string) => (body: Buffer, secret: string) =>
  createHmac(algorithm, secret).update(body).digest('hex');

export const watsonWork: PlatformDriver = {
  settings,
  secret: webhookSecret,
  secretsWith: (secret) => ({ appSecret: 'app-secret', webhookSecrets: [secret] }),
  contextWith: (...secrets) => ({ settings, webhookKeys: secrets.map(hmacKey) }),
  schemes: [
    {
      name: 'hmac-sha256',
      header,
      sign: hexMac('sha256'),
      bindsBody: true,
      otherAlgorithms: {
        'HMAC-SHA1': hexMac('sha1'),
        'HMAC-SHA512': hexMac('sha512'),
        'HMAC-SHA512 cut to 32 bytes': (body, secret) => hexMac('sha512')(body, secret).slice(0, 64),
        'HMAC-SHA3-256': hexMac('sha3-256'),
        'base64 of HMAC-SHA256': (body, secret) => createHmac('sha256', secret).update(body).digest('base64'),
        'a prefix as other platforms send it': (body, secret) => `sha256=${hexMac('sha256')(body, secret)}`,
      },
    },
  ],
  headersOf: (body, secret) => ({
    'content-type': 'application/json;charset=UTF-8',
    [header]: hexMac('sha256')(body, secret),
    'x-outbound-index': '1',
    'x-outbound-retry-count': '0',
  }),
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
    headers: { [header]: token },
    valid,
  })),
  handshakes: {
    answered: challengeSamples.filter((sample) => typeof sample.body['challenge'] === 'string').map((one) => one.bytes),
    refused: challengeSamples.filter((sample) => typeof sample.body['challenge'] !== 'string').map((one) => one.bytes),
  },
};
