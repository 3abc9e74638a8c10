import { readdirSync, readFileSync } from 'node:fs';
import { type DriverFixture } from './platform-driver.js';

const folder = new URL('../fixtures/webex/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.startsWith('webhook_'));

function bytesOf(file: string): Buffer {
  return readFileSync(new URL(file, folder));
}

/** Webhook bodies of the fixtures; the file is the body. */
export const callSamples = names
  .filter((file) => !file.endsWith('.emulator-delivery.json'))
  .map((file) => ({ name: file.replace('.json', ''), body: bytesOf(file) }));

/** Whole calls of Cisco's emulator with the secret that signed them. */
export const deliverySamples = names
  .filter((file) => file.endsWith('.emulator-delivery.json'))
  .map((file) => {
    // The fixtures' own format, see webex/SOURCES.md.
    const { secret, headers, rawBody } = JSON.parse(bytesOf(file).toString()) as {
      secret: string;
      headers: Record<string, string>;
      rawBody: string;
    };
    return { name: file.replace('.json', ''), body: Buffer.from(rawBody), headers, secret };
  });

interface VectorFile {
  readonly vectors: readonly {
    readonly name: string;
    readonly secret: string;
    readonly rawBody: string;
    readonly 'x-spark-signature': string;
    readonly 'x-webex-signature': string;
  }[];
}

/** One body with what both headers say of it. */
export const signatureVectors = (
  JSON.parse(bytesOf('signature_vectors.composed.json').toString()) as VectorFile
).vectors.map((vector) => ({
  name: vector.name,
  body: Buffer.from(vector.rawBody),
  secret: vector.secret,
  spark: vector['x-spark-signature'],
  webex: vector['x-webex-signature'],
}));

const roomId = 'Y2lzY29zcGFyazovL3VzL1JPT00vYmJjZWIxYWQtNDNmMS0zYjU4LTkxNDctZjE0YmIwYzRkMTU0';
const refusal = Buffer.from('{"message":"…","errors":[{"description":"…"}],"trackingId":"ROUTER_1"}');

function answer(
  name: string,
  asked: { readonly resource: string; readonly externalId?: string; readonly status?: number },
  body: Buffer,
  expected: DriverFixture['expected'] = 'facts',
): DriverFixture {
  const { resource, externalId = roomId, status = 200 } = asked;
  const answerTo = { resource, externalId, spaceExternalId: roomId, status };
  return { name, body, headers: {}, expected, answerTo };
}

const [listed] = (JSON.parse(bytesOf('api_messages_list.openapi.json').toString()) as { items: object[] }).items;
const pageOf = (...items: unknown[]): Buffer => Buffer.from(JSON.stringify({ items }));

/** Answers of the API to what we ask it. */
export const answerSamples: readonly DriverFixture[] = [
  answer('a message', { resource: 'messages', externalId: 'm' }, bytesOf('api_message_get.docs-guide.json')),
  answer('an edited message', { resource: 'messages', externalId: 'm' }, Buffer.from(JSON.stringify(listed))),
  answer('a message that is gone', { resource: 'messages', externalId: 'm', status: 404 }, refusal),
  answer('a message that is refused', { resource: 'messages', externalId: 'm', status: 403 }, Buffer.alloc(0)),
  answer(
    'a submission',
    { resource: 'attachment/actions', externalId: 'a' },
    bytesOf('api_attachment_action.openapi.json'),
  ),
  answer(
    'a submission that is gone',
    { resource: 'attachment/actions', externalId: 'a', status: 410 },
    refusal,
    'no facts',
  ),
  answer('a room', { resource: 'rooms' }, bytesOf('api_room.openapi.json')),
  answer('a room that is refused', { resource: 'rooms', status: 403 }, refusal),
  answer('members', { resource: 'memberships' }, pageOf(JSON.parse(bytesOf('api_membership.openapi.json').toString()))),
  answer('an empty page of members', { resource: 'memberships' }, pageOf(), 'no facts'),
  answer('members that are refused', { resource: 'memberships', status: 404 }, refusal, 'no facts'),
];
