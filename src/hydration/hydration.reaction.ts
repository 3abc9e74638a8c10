import { Inject, Injectable } from '@nestjs/common';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { rowsOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { type EventReaction } from '../events/event-reaction.js';
import { type LiaisonEvent } from '../events/event.js';
import { organizationCredential, type Credential } from '../outbox/credential.js';
import { enqueueJobs, type NewJob } from '../outbox/job.js';
import { PLATFORMS, type FetchRequest, type Platform } from '../platforms/platform.js';

/** The kind of job that asks a platform's API for what a call left out. */
export const hydrateKind = 'hydrate';

/** Writes a job for everything that a platform's calls leave out. */
@Injectable()
export class HydrationReaction implements EventReaction {
  readonly name = 'hydration';
  readonly #platforms: ReadonlyMap<string, Platform>;

  constructor(
    @Inject(PLATFORMS) platforms: readonly Platform[],
    private readonly directory: ConnectionDirectory,
  ) {
    this.#platforms = new Map(
      platforms.filter(({ hydration }) => hydration !== undefined).map((platform) => [platform.id, platform]),
    );
  }

  async react(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    const thin = events.filter((event) => this.#platforms.has(event.platform));
    if (thin.length === 0) return;
    const titled = await readSpaces(thin, tx);
    const jobs = thin.flatMap((event) => {
      const platform = this.#platforms.get(event.platform);
      const titleKnown = event.spaceId === null || titled.has(event.spaceId);
      const requests = platform?.hydration?.needs(event, { titleKnown }) ?? [];
      return requests.map((request): NewJob => ({
        tenantId: event.tenantId,
        connectionId: event.connectionId,
        kind: hydrateKind,
        key: keyOf(request),
        payload: { ...request },
        credential: this.#credentialFor(request, event.connectionId, platform),
      }));
    });
    await enqueueJobs(jobs, tx);
  }

  #credentialFor(
    { organizationExternalId }: FetchRequest,
    connectionId: string,
    platform: Platform | undefined,
  ): Credential {
    const settings = this.directory.get(connectionId)?.settings;
    const isTheirs = settings !== undefined && platform?.organizations?.usesTheirTokens(settings) === true;
    return isTheirs && organizationExternalId !== undefined ? organizationCredential(organizationExternalId) : 'app';
  }
}

function keyOf({ resource, externalId }: FetchRequest): string {
  return `${resource}/${externalId}`;
}

async function readSpaces(events: readonly LiaisonEvent[], tx: Tx): Promise<ReadonlySet<string>> {
  const ids = [...new Set(events.flatMap(({ spaceId }) => (spaceId === null ? [] : [spaceId])))];
  const rows = await rowsOf<{ id: string }>(
    tx,
    // A space that the platform does not let us read says so, and is not asked for with every message in it.
    `select id from spaces where id = any($1::uuid[]) and fields ?| array['title', 'properties.unavailable']`,
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}
