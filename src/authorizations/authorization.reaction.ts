import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { LOGGER } from '../common/observability/logger.js';
import { rowsOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { type EventReaction } from '../events/event-reaction.js';
import { type LiaisonEvent } from '../events/event.js';
import { PLATFORMS, type OrganizationAccess, type Platform } from '../platforms/platform.js';
import { isAuthorizationEvent, isAuthorizedSql, type AuthorizationEvent } from './authorization.state.js';
import { OrganizationTokenTable, type ToldOrganization } from './organization-token-table.js';

/**
 * What consent means for tokens: a grant has them fetched, a revocation erases them in the transaction that records it.
 * The projection decides which of the two is the later one, so a grant that arrives after its revocation opens nothing.
 */
@Injectable()
export class AuthorizationReaction implements EventReaction {
  readonly name = 'authorizations';
  readonly #access: ReadonlyMap<string, OrganizationAccess>;

  constructor(
    @Inject(PLATFORMS) platforms: readonly Platform[],
    private readonly tokens: OrganizationTokenTable,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#access = new Map(
      platforms.flatMap(({ id, organizations }) => (organizations === undefined ? [] : [[id, organizations] as const])),
    );
  }

  async react(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    const last = new Map<string, AuthorizationEvent>();
    for (const event of events) if (isAuthorizationEvent(event)) last.set(event.subjectId, event);
    if (last.size === 0) return;
    const rows = await rowsOf<{ id: string; authorized: boolean }>(
      tx,
      `select id, (${isAuthorizedSql}) as authorized from authorizations where id = any($1::uuid[]) order by id`,
      [[...last.keys()]],
    );
    for (const { id, authorized } of rows) {
      const event = last.get(id);
      const access = event === undefined ? undefined : this.#access.get(event.platform);
      if (event === undefined || access === undefined) continue;
      if (authorized) await this.tokens.open(keyOf(event, access), tx);
      else {
        await this.tokens.close(keyOf(event, access), tx);
        const { organizationExternalId } = event.data;
        this.logger.warn(
          { connectionId: event.connectionId, organizationExternalId },
          'an organisation withdrew its authorization; its tokens are erased',
        );
      }
    }
  }
}

function keyOf(event: AuthorizationEvent, access: OrganizationAccess): ToldOrganization {
  return {
    connectionId: event.connectionId,
    tenantId: event.tenantId,
    applicationExternalId: event.data.applicationExternalId,
    organizationExternalId: access.canonicalId(event.data.organizationExternalId),
    toldId: event.data.organizationExternalId,
  };
}
