import { describe, expect, it } from 'vitest';
import { webhookSignature } from './webhook-signature.js';

// The first three: watsonwork/watsonwork-echo@4509c0d src/test/test.js, Apache-2.0. The others were computed from the rule.
const vectors: readonly (readonly [string, string, string])[] = [
  [
    'a verification request',
    '{"type":"verification","challenge":"testchallenge"}',
    'f51ff5c91e99c63b6fde9e396bb6ea3023727f74f1853f29ab571cfdaaba4c03',
  ],
  [
    'a verification response',
    '{"response":"testchallenge"}',
    '876d1f9de1b36514d30bcf48d8c4731a69500730854a964e31764159d75b88f1',
  ],
  [
    'an event',
    '{"type":"message-created","content":"Hello there","userName":"Jane","spaceId":"testspace"}',
    '7b36f68c9ef83e62c154d7f5eaad634947f1e92931ac213462f489d7d8f8bcad',
  ],
  [
    'multi-byte text',
    '{"type":"message-created","content":"Grüße 👍"}',
    '13a6244e3a50cdd8c1505975a5c3f1885a13d6052c299d86a29746813b7d469f',
  ],
  ['a token with leading zeros', '{"n":23}', '004d4ea7b4014b2b78da8921bf708ab83bb0f6b5ecd89859b2e1a4a0ddc8c641'],
  ['an empty body', '', '9a6bf72835a479c9dacbde855c608b5edd1e18229d52499bb02f7625df59aad5'],
];

describe('webhookSignature', () => {
  it.each(vectors)('signs %s as the platform does', (_name, body, token) => {
    expect(webhookSignature('testwsecret', Buffer.from(body, 'utf8'))).toBe(token);
  });
});
