import { type HttpAnswer } from '../common/http-exchange.js';
import { type ApiCall, noContent, ok, type Route } from './api-call.js';
import { type Pager } from './page.js';
import { RefusedActionError } from './refused-action-error.js';
import { type SimulatedMembership } from './simulated-membership.js';
import { type SimulatedRoom } from './simulated-room.js';
import { type World } from './world.js';

const sizes = { usual: 100, largest: 1_000 };

/** `/memberships` of the rooms that the caller is in. */
export class MembershipsEndpoint {
  readonly routes: readonly Route[] = [
    { method: 'GET', pattern: /^\/memberships$/, answer: (call) => this.#list(call) },
    { method: 'POST', pattern: /^\/memberships$/, answer: (call) => this.#create(call) },
    { method: 'GET', pattern: /^\/memberships\/([^/]+)$/, answer: (call) => this.#get(call) },
    { method: 'PUT', pattern: /^\/memberships\/([^/]+)$/, answer: (call) => this.#update(call) },
    { method: 'DELETE', pattern: /^\/memberships\/([^/]+)$/, answer: (call) => this.#delete(call) },
  ];

  constructor(
    private readonly world: World,
    private readonly pager: Pager,
  ) {}

  /** One's own without a room, since asking for somebody takes a `roomId` too. */
  #list(call: ApiCall): HttpAnswer {
    call.requireScope('spark:memberships_read');
    const [roomId, personId, personEmail] = [call.query('roomId'), call.query('personId'), call.query('personEmail')];
    if (roomId === undefined && (personId !== undefined || personEmail !== undefined)) {
      throw new RefusedActionError(400, 'personId and personEmail need a roomId.');
    }
    const rooms = roomId === undefined ? this.world.visibleRooms(call.person) : [this.#room(roomId, call)];
    const memberships = rooms
      .flatMap((room) => room.memberships)
      .filter(
        ({ person }) =>
          (roomId !== undefined || person === call.person) &&
          (personId === undefined || person.id === personId) &&
          (personEmail === undefined || person.email === personEmail),
      );
    return this.pager.page(call, memberships, (membership) => membership.body(), sizes);
  }

  #create(call: ApiCall): HttpAnswer {
    call.requireScope('spark:memberships_write');
    const fields = call.fields();
    const room = this.#room(fields.requiredText('roomId'), call);
    const [personId, personEmail] = [fields.text('personId'), fields.text('personEmail')];
    if ((personId === undefined) === (personEmail === undefined)) {
      throw new RefusedActionError(400, 'Either personId or personEmail must be given.');
    }
    const person = this.world.person(personId ?? '') ?? this.world.personByEmail(personEmail ?? '');
    if (person === undefined) throw new RefusedActionError(404, 'Person not found.');
    const isModerator = fields.flag('isModerator') ?? false;
    return ok(room.add(person, { by: call.person, isModerator }).body());
  }

  #get(call: ApiCall): HttpAnswer {
    call.requireScope('spark:memberships_read');
    return ok(this.#membership(call).membership.body());
  }

  #update(call: ApiCall): HttpAnswer {
    call.requireScope('spark:memberships_write');
    const { membership } = this.#membership(call);
    const fields = call.fields();
    const change = {
      isModerator: fields.requiredFlag('isModerator'),
      isRoomHidden: fields.requiredFlag('isRoomHidden'),
    };
    membership.update(change, { by: call.person });
    return ok(membership.body());
  }

  #delete(call: ApiCall): HttpAnswer {
    call.requireScope('spark:memberships_write');
    const { room, membership } = this.#membership(call);
    room.remove(membership.person, { by: call.person });
    return noContent;
  }

  #room(roomId: string, call: ApiCall): SimulatedRoom {
    const room = this.world.visibleRoom(roomId, call.person);
    if (room === undefined) throw new RefusedActionError(404, 'Could not find a room with provided ID.');
    return room;
  }

  #membership(call: ApiCall): { readonly room: SimulatedRoom; readonly membership: SimulatedMembership } {
    for (const room of this.world.visibleRooms(call.person)) {
      const membership = room.memberships.find(({ id }) => id === call.id);
      if (membership !== undefined) return { room, membership };
    }
    throw new RefusedActionError(404, 'Could not find a membership with provided ID.');
  }
}
