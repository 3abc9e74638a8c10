import { type HttpAnswer } from '../common/http-exchange.js';
import { type ApiCall, ok, type Route } from './api-call.js';
import { type Pager } from './page.js';
import { RefusedActionError } from './refused-action-error.js';
import { type World } from './world.js';

const sizes = { usual: 100, largest: 1_000 };

/** `/people`: anybody may be looked up, but only administrators may list. */
export class PeopleEndpoint {
  readonly routes: readonly Route[] = [
    { method: 'GET', pattern: /^\/people$/, answer: (call) => this.#list(call) },
    { method: 'GET', pattern: /^\/people\/([^/]+)$/, answer: (call) => this.#get(call) },
  ];

  constructor(
    private readonly world: World,
    private readonly pager: Pager,
  ) {}

  #get(call: ApiCall): HttpAnswer {
    call.requireScope('spark:people_read');
    const person = call.id === 'me' ? call.person : this.world.person(call.id);
    if (person === undefined) throw new RefusedActionError(404, 'Person not found.');
    return ok(person.body(call.person));
  }

  #list(call: ApiCall): HttpAnswer {
    call.requireScope('spark:people_read');
    const email = call.query('email')?.toLowerCase();
    const displayName = call.query('displayName')?.toLowerCase();
    const ids = call.query('id')?.split(',');
    if (email === undefined && displayName === undefined && ids === undefined && !call.person.admin) {
      throw new RefusedActionError(400, 'Email, displayName, or id list should be specified.');
    }
    const found = this.world.people.filter(
      (person) =>
        (email === undefined || person.email.toLowerCase() === email) &&
        (displayName === undefined || person.displayName.toLowerCase().startsWith(displayName)) &&
        (ids?.includes(person.id) ?? (email !== undefined || person.org === call.person.org)),
    );
    return this.pager.page(call, found, (person) => person.body(call.person), sizes);
  }
}
