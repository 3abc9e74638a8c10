import { type ServerResponse } from 'node:http';

/** How the host of metadata and keys fails. */
export interface KeyOutage {
  /** How many requests fail; all until `recoverKeys` when missing. */
  readonly times?: number;
  /** Which requests fail; both kinds when missing, as when the host is down. */
  readonly what?: 'keys' | 'metadata' | 'both';
  /** The status of the answer, 503 by default. */
  readonly status?: number;
  /** No answer comes until the simulator stops or the caller gives up. */
  readonly hang?: boolean;
  /** The connection is closed without an answer. */
  readonly disconnect?: boolean;
  /** Sent as the body in place of JSON that makes sense. */
  readonly body?: string;
}

/** What is planned to go wrong with metadata and keys. */
export class KeyOutages {
  #current: (KeyOutage & { left: number }) | undefined;

  plan(outage: KeyOutage): void {
    this.#current = { ...outage, left: outage.times ?? Infinity };
  }

  end(): void {
    this.#current = undefined;
  }

  /** Whether the request met the outage; then nothing more may be done with its response. */
  strikes(what: 'keys' | 'metadata', response: ServerResponse): boolean {
    const outage = this.#current;
    if (outage === undefined || ![what, 'both'].includes(outage.what ?? 'both')) return false;
    outage.left -= 1;
    if (outage.left <= 0) this.#current = undefined;
    if (outage.hang === true) return true;
    if (outage.disconnect === true) response.destroy();
    else {
      const status = outage.status ?? (outage.body === undefined ? 503 : 200);
      response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(outage.body);
    }
    return true;
  }
}
