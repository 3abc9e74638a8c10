import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface HostileBody {
  readonly name: string;
  readonly bytes: Buffer;
}

// Paths, not URLs: one of the files has a # in its name.
const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const parsing = join(fixtures, 'jsontestsuite/test_parsing');

/** JSONTestSuite: documents that a parser must take (y_), must refuse (n_) or may do either with (i_). */
export const jsonTestSuite: readonly HostileBody[] = readdirSync(parsing)
  .sort()
  .map((name) => ({ name, bytes: readFileSync(join(parsing, name)) }));

/** Our own awkward bodies, as exact bytes. */
export const poisonBodies: readonly HostileBody[] = // The fixture's own format.
  (
    JSON.parse(readFileSync(join(fixtures, 'poison/poison-bodies.json'), 'utf8')) as {
      bodies: { name: string; base64: string }[];
    }
  ).bodies.map(({ name, base64 }) => ({ name: `poison ${name}`, bytes: Buffer.from(base64, 'base64') }));

function nested(open: string, close: string, depth: number): Buffer {
  return Buffer.from(open.repeat(depth) + close.repeat(depth));
}

const event = (member: string): Buffer =>
  Buffer.from(`{"type":"message-created","spaceId":"s","messageId":"m","time":1519758289517,${member}}`);

/** The bodies that the poison fixture describes by a rule; all below the size limit. */
export const generatedBodies: readonly HostileBody[] = [
  ...[64, 65, 1_000, 10_000, 100_000].map((depth) => ({
    name: `generated ${depth} nested lists`,
    bytes: nested('[', ']', depth),
  })),
  { name: 'generated 100000 nested objects', bytes: nested('{"a":', '}', 100_000) },
  { name: 'generated unclosed lists', bytes: Buffer.from('['.repeat(500_000)) },
  {
    name: 'generated 100000 nested lists in an event',
    bytes: event(`"content":${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  },
  {
    name: 'generated 10000 nested lists in a payload',
    bytes: Buffer.from(
      `{"type":"message-annotation-added","spaceId":"s","annotationId":"a","annotationPayload":"${'['.repeat(10_000)}${']'.repeat(10_000)}"}`,
    ),
  },
  {
    name: 'generated object of 200000 keys',
    bytes: Buffer.from(`{${Array.from({ length: 200_000 }, (_, i) => `"${i}":1`).join(',')}}`.slice(0, 2_097_000)),
  },
  { name: 'generated key of 1 MiB', bytes: Buffer.from(`{"${'k'.repeat(1_048_576)}":1}`) },
  {
    name: 'generated space property with a key of 1 MiB',
    bytes: Buffer.from(
      `{"type":"space-updated","spaceId":"s","userId":"u","time":1,"spaceProperties":{"${'k'.repeat(1_048_576)}":1}}`,
    ),
  },
  { name: 'generated text of 2 MB', bytes: event(`"content":"${'word '.repeat(400_000)}"`) },
  {
    name: 'generated text of 150000 different words',
    bytes: event(`"content":"${Array.from({ length: 150_000 }, (_, i) => `w${i.toString(36)}x`).join(' ')}"`),
  },
  {
    name: 'generated message id of 1 MiB',
    bytes: Buffer.from(`{"type":"message-created","spaceId":"s","messageId":"${'m'.repeat(1_048_576)}","time":1}`),
  },
  {
    name: 'generated space id of 1 MiB',
    bytes: Buffer.from(`{"type":"message-created","spaceId":"${'s'.repeat(1_048_576)}","messageId":"m","time":1}`),
  },
  {
    name: 'generated 50000 members',
    bytes: Buffer.from(
      JSON.stringify({
        type: 'space-members-added',
        spaceId: 's',
        time: 1,
        memberIds: Array.from({ length: 50_000 }, (_, i) => `user-${i}`),
      }),
    ),
  },
  ...[
    -1, 0, 1, 946684799999, 4102444800000, 253402214400000, 253402300799999, 8.64e15, 9007199254740991, 1e300, 1.5,
  ].map((time) => ({
    name: `generated time ${time}`,
    bytes: Buffer.from(JSON.stringify({ type: 'message-created', spaceId: 's', messageId: `t${time}`, time })),
  })),
  {
    name: 'generated NUL and lone surrogates in every field',
    bytes: Buffer.from(
      '{"type":"message-created","spaceId":"s\\u0000\\ud800","spaceName":"\\udc00\\u0000","messageId":"\\u0000m","userId":"\\ud800","userName":"\\u0000","content":"a\\u0000b\\ud83d","contentType":"\\u0000","conversationId":"\\ud800","conversationType":"\\u0000","time":1}',
    ),
  },
  {
    name: 'generated unknown type of NULs',
    bytes: Buffer.from('{"type":"\\u0000\\ud800 no such type","spaceId":"s","time":1}'),
  },
  {
    name: 'generated numbers that jsonb refuses',
    bytes: Buffer.from(
      '{"type":"space-updated","spaceId":"s","time":1,"spaceProperties":{"a":1e400,"b":-1e400,"c":1e131073,"\\u0000":"\\u0000","__proto__":{"x":1}}}',
    ),
  },
  {
    name: 'generated payload with numbers that jsonb refuses',
    bytes: Buffer.from(
      '{"type":"message-annotation-added","spaceId":"s","annotationId":"n","time":1,"annotationPayload":"{\\"n\\":1e131073,\\"t\\":\\"\\\\u0000\\\\ud800\\"}"}',
    ),
  },
];
