import { Agent } from 'undici';
import { readAtMost } from './bounded-body.js';
import { withinDeadline } from './deadline.js';
import { toOutboundError } from './failure-reason.js';
import { guardedLookup, resolveWithSystem, type ResolveName } from './guarded-lookup.js';
import { outboundTarget } from './outbound-target.js';

export interface OutboundCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** For the whole exchange; 10 seconds where nothing is said. */
  readonly timeoutMs?: number | undefined;
  /** The largest answer that is taken; 5 MB where nothing is said. */
  readonly maxBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface OutboundAnswer {
  readonly status: number;
  /** Names in lower case; several of one name are joined with a comma (RFC 9110 section 5.3). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface OutboundOptions {
  /** Endpoints in the spelling of `parseEndpoint` that may be called although they are inside, and without TLS. */
  readonly allow: readonly string[];
  readonly resolve?: ResolveName;
}

export const defaultTimeoutMs = 10_000;
const defaultMaxBytes = 5_000_000;
/** The deadline of a call rules over these; they only bound what a given-up call leaves behind. */
const transport = { headersTimeout: 0, bodyTimeout: 0, connections: 64, pipelining: 1 };

/**
 * The one way out. It guarantees for every call: https to port 443 of a public address that was checked when it was
 * dialled; no redirect is followed (a 3xx is an answer like any other); no proxy variable of the environment is used; one
 * deadline for the whole exchange; no answer larger than the cap, as it is asked for uncompressed and never inflated.
 * Endpoints on the operator's list are free of the rules on scheme, port and address, and of nothing else.
 *
 * Throws `OutboundRefused` (nothing was sent), `OutboundFailed` (it may have been), or the reason of the caller's signal.
 * A status is never an error here.
 */
export class OutboundHttp {
  readonly #allowed: ReadonlySet<string>;
  readonly #guarded: Agent;
  readonly #trusted: Agent;

  constructor({ allow, resolve = resolveWithSystem }: OutboundOptions) {
    this.#allowed = new Set(allow);
    this.#guarded = new Agent({
      ...transport,
      connect: { lookup: guardedLookup(resolve), timeout: defaultTimeoutMs },
    });
    // Connections that skipped the check are kept apart, so that no checked call can be given one.
    this.#trusted = new Agent({ ...transport, connect: { timeout: defaultTimeoutMs } });
  }

  async request(call: OutboundCall): Promise<OutboundAnswer> {
    const { url, trusted } = outboundTarget(call.url, this.#allowed);
    const agent = trusted ? this.#trusted : this.#guarded;
    try {
      return await withinDeadline(call.timeoutMs ?? defaultTimeoutMs, call.signal, (signal) =>
        exchange(agent, url, call, signal),
      );
    } catch (error) {
      if (call.signal?.aborted === true) throw error;
      throw toOutboundError(error);
    }
  }

  /** Ends all connections at once; calls that are under way fail. */
  async close(): Promise<void> {
    await Promise.all([this.#guarded.destroy(), this.#trusted.destroy()]);
  }
}

async function exchange(agent: Agent, url: URL, call: OutboundCall, signal: AbortSignal): Promise<OutboundAnswer> {
  const given = Object.entries(call.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  const answer = await agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: call.method,
    headers: { 'user-agent': 'liaison', ...Object.fromEntries(given), 'accept-encoding': 'identity' },
    body: call.body ?? null,
    signal,
  });
  return {
    status: answer.statusCode,
    headers: joined(answer.headers),
    body: await readAtMost(answer.body, call.maxBytes ?? defaultMaxBytes),
  };
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));
}
