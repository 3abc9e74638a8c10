import { type HttpAnswer } from '../common/http-exchange.js';
import { type ApiCall, type ApiFields, noContent, ok, type Route } from './api-call.js';
import { type Pager } from './page.js';
import { RefusedActionError } from './refused-action-error.js';
import { type RoomChange, type SimulatedRoom } from './simulated-room.js';
import { type World } from './world.js';

const sizes = { usual: 100, largest: 1_000 };

/** `/rooms`: those that the caller is a member of. */
export class RoomsEndpoint {
  readonly routes: readonly Route[] = [
    { method: 'GET', pattern: /^\/rooms$/, answer: (call) => this.#list(call) },
    { method: 'POST', pattern: /^\/rooms$/, answer: (call) => this.#create(call) },
    { method: 'GET', pattern: /^\/rooms\/([^/]+)$/, answer: (call) => this.#get(call) },
    { method: 'PUT', pattern: /^\/rooms\/([^/]+)$/, answer: (call) => this.#update(call) },
    { method: 'DELETE', pattern: /^\/rooms\/([^/]+)$/, answer: (call) => this.#delete(call) },
  ];

  constructor(
    private readonly world: World,
    private readonly pager: Pager,
  ) {}

  #list(call: ApiCall): HttpAnswer {
    call.requireScope('spark:rooms_read');
    const type = call.query('type');
    if (type !== undefined && type !== 'group' && type !== 'direct') {
      throw new RefusedActionError(400, "The 'type' parameter must be direct or group.");
    }
    const rooms = this.world.visibleRooms(call.person).filter((room) => type === undefined || room.type === type);
    return this.pager.page(call, sorted(rooms, call.query('sortBy')), (room) => room.body(call.person), sizes);
  }

  #create(call: ApiCall): HttpAnswer {
    call.requireScope('spark:rooms_write');
    const title = call.fields().requiredText('title');
    return ok(this.world.createRoom(title, call.person, []).body(call.person));
  }

  #get(call: ApiCall): HttpAnswer {
    call.requireScope('spark:rooms_read');
    return ok(this.#room(call).body(call.person));
  }

  #update(call: ApiCall): HttpAnswer {
    call.requireScope('spark:rooms_write');
    const room = this.#room(call);
    room.update(changeIn(call.fields()), { by: call.person });
    return ok(room.body(call.person));
  }

  #delete(call: ApiCall): HttpAnswer {
    call.requireScope('spark:rooms_write');
    this.#room(call).delete({ by: call.person });
    return noContent;
  }

  #room(call: ApiCall): SimulatedRoom {
    const room = this.world.visibleRoom(call.id, call.person);
    if (room === undefined) throw new RefusedActionError(404, 'Could not find a room with provided ID.');
    return room;
  }
}

function changeIn(fields: ApiFields): RoomChange {
  const isLocked = fields.flag('isLocked');
  const isAnnouncementOnly = fields.flag('isAnnouncementOnly');
  const description = fields.text('description');
  return {
    title: fields.requiredText('title'),
    ...(isLocked === undefined ? {} : { isLocked }),
    ...(isAnnouncementOnly === undefined ? {} : { isAnnouncementOnly }),
    ...(description === undefined ? {} : { description }),
  };
}

/** Newest first, or by id; the specification says nothing of the order when none is asked for. */
function sorted(rooms: readonly SimulatedRoom[], sortBy: string | undefined): readonly SimulatedRoom[] {
  switch (sortBy) {
    case undefined:
    case 'lastactivity':
      return rooms.toSorted((a, b) => b.lastActivity - a.lastActivity);
    case 'created':
      return rooms.toSorted((a, b) => b.created - a.created);
    case 'id':
      return rooms.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    default:
      throw new RefusedActionError(400, "The 'sortBy' parameter must be id, lastactivity or created.");
  }
}
