import { Inject, Injectable } from '@nestjs/common';
import { rowsOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { type EventReaction } from '../events/event-reaction.js';
import { type LiaisonEvent } from '../events/event.js';
import { enqueueJobs } from '../outbox/job.js';
import { PLATFORMS, type FetchRequest, type Hydration, type Platform } from '../platforms/platform.js';

/** The kind of job that asks a platform's API for what a call left out. */
export const hydrateKind = 'hydrate';

/** Writes a job for everything that a platform's calls leave out. */
@Injectable()
export class HydrationReaction implements EventReaction {
  readonly name = 'hydration';
  readonly #hydrations: ReadonlyMap<string, Hydration>;

  constructor(@Inject(PLATFORMS) platforms: readonly Platform[]) {
    this.#hydrations = new Map(
      platforms.flatMap(({ id, hydration }) => (hydration === undefined ? [] : [[id, hydration] as const])),
    );
  }

  async react(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    const thin = events.filter((event) => this.#hydrations.has(event.platform));
    if (thin.length === 0) return;
    const titled = await titledSpaces(thin, tx);
    const jobs = thin.flatMap((event) => {
      const titleKnown = event.spaceId === null || titled.has(event.spaceId);
      const requests = this.#hydrations.get(event.platform)?.needs(event, { titleKnown }) ?? [];
      return requests.map((request) => ({
        tenantId: event.tenantId,
        connectionId: event.connectionId,
        kind: hydrateKind,
        key: keyOf(request),
        payload: { ...request },
      }));
    });
    await enqueueJobs(jobs, tx);
  }
}

function keyOf({ resource, externalId }: FetchRequest): string {
  return `${resource}/${externalId}`;
}

async function titledSpaces(events: readonly LiaisonEvent[], tx: Tx): Promise<ReadonlySet<string>> {
  const ids = [...new Set(events.flatMap(({ spaceId }) => (spaceId === null ? [] : [spaceId])))];
  const rows = await rowsOf<{ id: string }>(
    tx,
    `select id from spaces where id = any($1::uuid[]) and fields ? 'title'`,
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}
