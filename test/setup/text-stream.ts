import { get, type IncomingMessage } from 'node:http';
import { adminKey } from './service.js';

/** Begins to GET something as the admin; nothing of the body is taken before somebody reads it. */
export function startReading(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { authorization: `Bearer ${adminKey}` } }, resolve).on('error', reject);
  });
}

/** The text of an answer, piece by piece, as fast as it is taken; who stops taking it cuts the connection. */
export async function* textOfStream(answer: IncomingMessage): AsyncGenerator<string, void, undefined> {
  // The encoding makes them texts.
  for await (const piece of answer.setEncoding('utf8')) yield piece as string;
}
