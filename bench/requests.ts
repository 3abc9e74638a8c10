import { hmac, hmacKey } from '../src/common/security/hmac.js';
import { fingerprint } from '../src/common/security/fingerprint.js';
import { benchConnections, benchSpaces, type BenchSpace } from './tenants.js';

/** Requests that are complete before the clock starts: no variant ever waits for a signature of ours. */
export interface Corpus {
  /** Whole HTTP/1.1 requests: line, headers, token and body in one piece. No two have the same body. */
  readonly requests: readonly Buffer[];
  /** The first 32 bits of each body's fingerprint; their sum tells which bodies a database holds. */
  readonly fingerprintHeads: Uint32Array;
  readonly meanBodyBytes: number;
}

export interface CorpusOrder {
  /** Other rounds have other bodies, so that a database which is used again sees no duplicates. */
  readonly round: number;
  readonly count: number;
  /** The source time of the first message. */
  readonly firstTimeMs: number;
}

/** As many messages have the same source time. */
export const messagesPerMs = 8;

const words = (
  'the release plan budget customer review tomorrow please draft agreed decision because meeting invoice team ' +
  'Größe naïve résumé façade Ångström Пример решение встреча 会議 承認 予算 決定 προϊόν διορθωμένο 😀 🚀 👍🏽 שלום مرحبا'
).split(' ');

/** Builds the same requests for the same order, on every machine. */
export function buildCorpus({ round, count, firstTimeMs }: CorpusOrder): Corpus {
  const random = randomOf(round + 1);
  const keys = new Map(benchConnections.map(({ id, secret }) => [id, hmacKey(secret)]));
  const requests: Buffer[] = [];
  const fingerprintHeads = new Uint32Array(count);
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    const space = spaceOf(random);
    const key = keys.get(space.connectionId);
    if (key === undefined) throw new Error('a space belongs to no connection');
    const timeMs = firstTimeMs + Math.floor(index / messagesPerMs);
    const body = Buffer.from(messageCreated(space, { round, index, timeMs }, random));
    const head =
      `POST /webhooks/watson-work/${space.connectionId} HTTP/1.1\r\nhost: bench\r\nuser-agent: bench\r\n` +
      `content-type: application/json;charset=UTF-8\r\nx-outbound-index: ${index}\r\nx-outbound-retry-count: 0\r\n` +
      `x-outbound-token: ${hmac('sha256', key, body).toString('hex')}\r\ncontent-length: ${body.length}\r\n\r\n`;
    requests.push(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    fingerprintHeads[index] = parseInt(fingerprint(body).slice(0, 8), 16);
    bytes += body.length;
  }
  return { requests, fingerprintHeads, meanBodyBytes: bytes / Math.max(count, 1) };
}

/** A message as the Watson Work webhook reference 1.8.0 lists it. */
function messageCreated(
  space: BenchSpace,
  message: { readonly round: number; readonly index: number; readonly timeMs: number },
  random: () => number,
): string {
  const user = Math.floor(random() * 5_000);
  return JSON.stringify({
    spaceName: space.title,
    spaceId: space.externalId,
    messageId: objectId(message.timeMs, message.round, message.index),
    time: message.timeMs,
    type: 'message-created',
    userName: `Ada Lovelace-Müller ${user}`,
    userId: `694510c0-0037-1035-8e5a-${user.toString(16).padStart(12, '0')}`,
    contentType: 'text/markdown',
    content: textOf(random, 140 + random() * 370),
    conversationId: objectId(message.timeMs - 60_000, message.round, message.index),
  });
}

/** 24 hex digits whose first eight are seconds, as the platform's own ids. */
function objectId(timeMs: number, round: number, index: number): string {
  const seconds = Math.floor(timeMs / 1_000).toString(16);
  return `${seconds.padStart(8, '0')}e4${round.toString(16).padStart(4, '0')}${index.toString(16).padStart(10, '0')}`;
}

function textOf(random: () => number, bytes: number): string {
  let text = '';
  let size = 0;
  while (size < bytes) {
    const word = words[Math.floor(random() * words.length)] ?? '';
    text += text === '' ? word : ` ${word}`;
    size += Buffer.byteLength(word) + 1;
  }
  return text;
}

/** Some spaces are busy and most are not: the square favours low numbers. */
function spaceOf(random: () => number): BenchSpace {
  const space = benchSpaces[Math.floor(random() ** 2 * benchSpaces.length)];
  if (space === undefined) throw new Error('there are no spaces');
  return space;
}

/** Mulberry32: small, seeded, the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
