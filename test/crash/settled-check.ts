import { query } from './postgres-server.js';
import { type ServiceProcess } from './service-process.js';
import { until } from './wait.js';

/** What the end of a run looks like from outside; all but the first two and `rebuiltEqual` must be 0. */
export interface Settled {
  readonly deliveries: number;
  readonly events: number;
  readonly drainMs: number;
  readonly deliveriesWithoutEvent: number;
  readonly eventsWithoutDelivery: number;
  /** Events that came beside another one of the same delivery; each of our bodies tells one fact. */
  readonly eventsTwice: number;
  /** Whether projections made anew from the events are the live ones, row for row. */
  readonly rebuiltEqual: boolean;
  /** What the comparison printed when they are not. */
  readonly rebuildOutput: string;
}

interface FeedPage {
  readonly items: readonly { readonly id: string; readonly deliveryId: string }[];
  readonly nextCursor: string | null;
}

const pageSize = 200;
const drainWithinMs = 120_000;
const rebuildWithinMs = 180_000;

/** Waits until all work is done and compares the two ends: what was received, and what readers of the feed get. */
export async function checkSettled(service: ServiceProcess, databaseUrl: string): Promise<Settled> {
  const started = performance.now();
  await until('the end of all work', drainWithinMs, () => isDrained(databaseUrl), 100);
  const drainMs = performance.now() - started;
  const deliveries = new Set(
    (await query<{ id: string }>(databaseUrl, 'select id from deliveries')).map((row) => row.id),
  );
  const [perDelivery, rebuild] = await Promise.all([
    readFeed(service, deliveries.size),
    service.command(['rebuild', '--verify'], rebuildWithinMs),
  ]);
  const events = [...perDelivery.values()].reduce((sum, count) => sum + count, 0);
  return {
    deliveries: deliveries.size,
    events,
    drainMs,
    deliveriesWithoutEvent: [...deliveries].filter((id) => !perDelivery.has(id)).length,
    eventsWithoutDelivery: [...perDelivery.keys()].filter((id) => !deliveries.has(id)).length,
    eventsTwice: events - perDelivery.size,
    rebuiltEqual: rebuild.code === 0,
    rebuildOutput: rebuild.output,
  };
}

async function isDrained(databaseUrl: string): Promise<true | undefined> {
  const [row] = await query<{ drained: boolean }>(
    databaseUrl,
    `select not exists (select 1 from deliveries where seq > (select position from dispatch_cursor))
        and not exists (select 1 from lanes where pending_since is not null) as drained`,
  );
  return row?.drained === true ? true : undefined;
}

/** Follows the change feed to its end; answers how many events it showed per delivery. */
async function readFeed(service: ServiceProcess, expected: number): Promise<Map<string, number>> {
  const perDelivery = new Map<string, number>();
  // A feed without an end must not be a run without one.
  const mostPages = Math.ceil(expected / pageSize) * 2 + 10;
  let after = '';
  for (let page = 0; page < mostPages; page++) {
    const { items, nextCursor } = await service.call<FeedPage>('GET', `/v1/events?limit=${pageSize}${after}`);
    for (const { deliveryId } of items) perDelivery.set(deliveryId, (perDelivery.get(deliveryId) ?? 0) + 1);
    if (items.length === 0 || nextCursor === null) return perDelivery;
    after = `&after=${encodeURIComponent(nextCursor)}`;
  }
  throw new Error(`the feed has more than ${mostPages} pages for ${expected} deliveries`);
}
