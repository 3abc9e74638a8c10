import { Injectable } from '@nestjs/common';
import { type Tx } from '../database/transaction.js';
import { type EventProcessor } from '../events/event-processor.js';
import { type LiaisonEvent } from '../events/event.js';
import { ProjectionTable } from '../events/projection-table.js';
import {
  applyToAuthorization,
  authorizationColumns,
  isAuthorizationEvent,
  type AuthorizationRow,
} from './authorization.state.js';

/** Keeps what organisations allow the app. */
@Injectable()
export class AuthorizationProcessor implements EventProcessor {
  readonly name = 'authorizations';
  readonly tables = ['authorizations'];
  readonly #authorizations = new ProjectionTable<AuthorizationRow>('authorizations', authorizationColumns);

  async process(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    await this.#authorizations.fold(
      events.filter(isAuthorizationEvent).map((event) => ({
        id: event.subjectId,
        apply: (row) => applyToAuthorization(row, event),
      })),
      tx,
    );
  }
}
