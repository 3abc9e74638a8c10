import { Agent, request } from 'node:http';
import { Latencies, type LatencySummary } from '../statistics.js';

export interface ReadOrder {
  readonly port: number;
  readonly credential: string;
  readonly paths: readonly string[];
  readonly connections: number;
  readonly seconds: number;
}

export interface ReadResult {
  readonly perSecond: number;
  readonly answers: number;
  readonly latency: LatencySummary;
  readonly meanBytes: number;
  /** Answers other than 200, by status. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Asks on so many connections, one request under way on each, for so long, and reads each answer to its end. */
export async function read({ port, credential, paths, connections, seconds }: ReadOrder): Promise<ReadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies = new Latencies(10_000);
  const refused = new Map<string, number>();
  const started = performance.now();
  const endsAt = started + seconds * 1_000;
  let asked = 0;
  let answers = 0;
  let bytes = 0;
  let lastAt = started;
  const line = async (): Promise<void> => {
    // Each line asks at least once, however slow the answer is.
    do {
      const path = paths[asked++ % paths.length] ?? '/';
      const before = performance.now();
      const { status, size } = await get(agent, port, path, credential);
      lastAt = performance.now();
      latencies.record(lastAt - before);
      answers += 1;
      bytes += size;
      if (status !== 200) refused.set(String(status), (refused.get(String(status)) ?? 0) + 1);
    } while (performance.now() < endsAt);
  };
  await Promise.all(Array.from({ length: connections }, line));
  agent.destroy();
  return {
    perSecond: (answers / (lastAt - started)) * 1_000,
    answers,
    latency: latencies.summary(),
    meanBytes: bytes / Math.max(answers, 1),
    refused: Object.fromEntries(refused),
  };
}

function get(agent: Agent, port: number, path: string, credential: string): Promise<{ status: number; size: number }> {
  return new Promise((resolve, reject) => {
    const options = { agent, host: '127.0.0.1', port, path, headers: { authorization: `Bearer ${credential}` } };
    request(options, (response) => {
      let size = 0;
      response.on('data', (part: Buffer) => (size += part.length));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, size }));
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}
