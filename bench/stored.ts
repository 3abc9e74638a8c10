import { rowsOf, withClient } from './database-server.js';
import { benchConnections } from './tenants.js';

/** What a database holds of the requests of a round. */
export interface StoredRequests {
  readonly rows: number;
  /** The sum of the first 32 bits of their fingerprints. */
  readonly sum: number;
}

const connectionIds = benchConnections.map(({ id }) => id);

/** Counts what was sent since `since` (source time); what a log was preloaded with is older. */
export async function readStored(
  url: string,
  table: 'deliveries' | 'webhook_deliveries',
  since: Date,
): Promise<StoredRequests> {
  return withClient(url, async (client) => {
    const [row] = await rowsOf<{ rows: number; sum: string }>(
      client,
      `select count(*)::int as rows,
              coalesce(sum(('x' || left(fingerprint::text, 8))::bit(32)::bigint), 0)::text as sum
       from ${table} where connection_id = any($1::uuid[]) and source_time >= $2`,
      [connectionIds, since],
    );
    return { rows: row?.rows ?? 0, sum: Number(row?.sum) };
  });
}

/** Stored deliveries that are not queryable yet: unknown to any lane, or waiting in one. */
export async function readBacklog(url: string): Promise<number> {
  return withClient(url, async (client) => {
    const [row] = await rowsOf<{ backlog: number }>(
      client,
      `select ((select count(*) from deliveries where seq > (select position from dispatch_cursor))
             + (select coalesce(sum(pending), 0) from lanes where pending_since is not null))::int as backlog`,
    );
    return row?.backlog ?? 0;
  });
}

/** Waits until every stored delivery is queryable. Looks often, and only for whether there is any that is not. */
export async function waitUntilQueryable(url: string, atMostMs: number): Promise<void> {
  const deadline = performance.now() + atMostMs;
  await withClient(url, async (client) => {
    for (;;) {
      const [row] = await rowsOf<{ waiting: boolean }>(
        client,
        `select exists (select 1 from deliveries where seq > (select position from dispatch_cursor))
             or exists (select 1 from lanes where pending_since is not null) as waiting`,
      );
      if (row?.waiting !== true) return;
      if (performance.now() > deadline) throw new Error('The backlog was not worked off in time.');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
}

/** What became of the deliveries: messages that can be read, and deliveries that were set aside. */
export async function readQueryable(url: string): Promise<{ readonly messages: number; readonly parked: number }> {
  return withClient(url, async (client) => {
    const [row] = await rowsOf<{ messages: number; parked: number }>(
      client,
      `select (select count(*) from messages)::int as messages, (select count(*) from parked_deliveries)::int as parked`,
    );
    return row ?? { messages: 0, parked: 0 };
  });
}
