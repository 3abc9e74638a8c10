import { Injectable } from '@nestjs/common';
import { TenantReads } from '../../database/tenant-reads.js';
import { eventColumnsOf } from '../event-row.js';
import { type LiaisonEvent } from '../event.js';
import { PastEventsFinder, type UserOfSpace } from './past-events.finder.js';
import { type Past } from './past.js';
import { wasSoThen } from './was-so-then.js';

const columns = eventColumnsOf('e');
/** In each statement. */
const counts = `${wasSoThen} and e.tenant_id = $1`;
/** The condition of the index events_of_subject. */
const isAboutNoMessage = `(e.message_id is null or e.message_id <> e.subject_id)`;

const ofMessages = `
  select ${columns} from events e
  where ${counts} and e.message_id = any($4::uuid[]) and e.type like 'message.%'`;
const ofSubjects = `
  select ${columns} from events e
  where ${counts} and e.subject_id = any($4::uuid[]) and ${isAboutNoMessage}`;
const ofAnnotationsOf = `
  select ${columns} from events e
  where ${counts} and ${isAboutNoMessage} and e.subject_id = any(array(
    select e.subject_id from events e
    where ${counts} and e.message_id = any($4::uuid[]) and e.type like 'annotation.%'))`;
const withNumbers = `
  select ${columns} from events e where ${counts} and e.seq = any($4::bigint[])`;
const ofSubjectsAndWithNumbers = `${ofSubjects}
  union all
  select ${columns} from events e where ${counts} and e.seq = any($5::bigint[])`;

/**
 * The events from which rows of the past are folded. Of a thing all its events are given; of what any event of a space may
 * tell (titles, names, that the space was there) those that decide: as folds commute and the greater place in the order
 * wins, folding these gives what folding all of them would.
 */
@Injectable()
export class PastEvents {
  constructor(
    private readonly reads: TenantReads,
    private readonly finder: PastEventsFinder,
  ) {}

  /** All about these messages, apart from what hangs on them. */
  ofMessages(ids: readonly string[], past: Past): Promise<LiaisonEvent[]> {
    return this.#select(ofMessages, past, [ids]);
  }

  /** All about these things that are no messages: annotations, reactions, members. */
  ofSubjects(ids: readonly string[], past: Past): Promise<LiaisonEvent[]> {
    return this.#select(ofSubjects, past, [ids]);
  }

  /** All about the annotations that any event has hung on one of these messages. */
  ofAnnotationsOf(messageIds: readonly string[], past: Past): Promise<LiaisonEvent[]> {
    return this.#select(ofAnnotationsOf, past, [messageIds]);
  }

  /** All changes of these spaces, and of all other events in them the first, the last and the last to tell something of them. */
  async ofSpaces(ids: readonly string[], past: Past): Promise<LiaisonEvent[]> {
    return this.#select(ofSubjectsAndWithNumbers, past, [ids, await this.finder.ofSpaces(ids, past)]);
  }

  /** The last events by which these users, acting, told their names and e-mail addresses. */
  async ofActors(users: readonly UserOfSpace[], past: Past): Promise<LiaisonEvent[]> {
    return this.#select(withNumbers, past, [await this.finder.ofActors(users, past)]);
  }

  /** Whether anything had been told of the space. */
  async hasSpace(id: string, past: Past): Promise<boolean> {
    return (await this.#select(withNumbers, past, [await this.finder.anyOfSpace(id, past)])).length > 0;
  }

  async #select(
    sql: string,
    { tenantId, asOf, knownAt }: Past,
    parameters: readonly (readonly string[])[],
  ): Promise<LiaisonEvent[]> {
    if (parameters[0]?.length === 0) return [];
    return this.reads.rows<LiaisonEvent>(tenantId, sql, [tenantId, asOf, knownAt, ...parameters]);
  }
}
