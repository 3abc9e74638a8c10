import { type HttpAnswer, isRecord } from '../common/http-exchange.js';
import { type ApiCall, type ApiFields, noContent, ok, type Route } from './api-call.js';
import { type MessageContent } from './message-content.js';
import { type PageSizes, type Pager } from './page.js';
import { RefusedActionError } from './refused-action-error.js';
import { type SimulatedMessage } from './simulated-message.js';
import { type SimulatedPerson } from './simulated-person.js';
import { type SimulatedRoom } from './simulated-room.js';
import { type PlacedMessage, type World } from './world.js';

const sizes = { usual: 50, largest: 1_000 };
/** With `mentionedPeople` the specification allows fewer. */
const mentionSizes = { usual: 50, largest: 100 };

/** `/messages`. */
export class MessagesEndpoint {
  readonly routes: readonly Route[] = [
    { method: 'GET', pattern: /^\/messages$/, answer: (call) => this.#list(call) },
    { method: 'POST', pattern: /^\/messages$/, answer: (call) => this.#create(call) },
    { method: 'GET', pattern: /^\/messages\/direct$/, answer: (call) => this.#listDirect(call) },
    { method: 'GET', pattern: /^\/messages\/([^/]+)$/, answer: (call) => this.#get(call) },
    { method: 'PUT', pattern: /^\/messages\/([^/]+)$/, answer: (call) => this.#edit(call) },
    { method: 'DELETE', pattern: /^\/messages\/([^/]+)$/, answer: (call) => this.#delete(call) },
  ];

  constructor(
    private readonly world: World,
    private readonly pager: Pager,
  ) {}

  /** Newest first. A bot must ask for what mentions it when the room is a group. */
  #list(call: ApiCall): HttpAnswer {
    call.requireScope('spark:messages_read');
    const roomId = call.query('roomId');
    if (roomId === undefined) throw new RefusedActionError(400, 'roomId cannot be empty');
    const room = this.#room(roomId, call);
    const mentioned = call.query('mentionedPeople');
    const asksForItself = mentioned === 'me' || mentioned === call.person.id;
    if (call.person.type === 'bot' && room.type === 'group' && !asksForItself) {
      throw new RefusedActionError(403, 'A bot must ask for mentionedPeople=me in a group room.');
    }
    const wanted = mentioned === undefined ? undefined : this.#person(mentioned, call);
    const older = this.#olderThanAsked(room, call);
    const parentId = call.query('parentId');
    const messages = older
      .filter((message) => wanted === undefined || message.mentions(wanted))
      .filter((message) => parentId === undefined || message.parentId === parentId);
    return this.#page(call, messages, mentioned === undefined ? sizes : mentionSizes);
  }

  #listDirect(call: ApiCall): HttpAnswer {
    call.requireScope('spark:messages_read');
    const other =
      this.world.person(call.query('personId') ?? '') ?? this.world.personByEmail(call.query('personEmail') ?? '');
    const room = other === undefined ? undefined : this.world.existingDirectRoom(call.person, other);
    if (room === undefined) throw new RefusedActionError(404, 'Could not find a direct room with this person.');
    const parentId = call.query('parentId');
    const messages = room.messages.filter((message) => parentId === undefined || message.parentId === parentId);
    return this.#page(call, messages, sizes);
  }

  #create(call: ApiCall): HttpAnswer {
    call.requireScope('spark:messages_write');
    const fields = call.fields();
    const content = contentIn(fields);
    return ok(this.#destination(fields, call).post(call.person, content).body());
  }

  #get(call: ApiCall): HttpAnswer {
    call.requireScope('spark:messages_read');
    return ok(this.#message(call).message.body());
  }

  #edit(call: ApiCall): HttpAnswer {
    call.requireScope('spark:messages_write');
    const { room, message } = this.#message(call);
    const fields = call.fields();
    if (fields.requiredText('roomId') !== room.id) throw new RefusedActionError(400, 'The roomId is another.');
    if (fields.body['html'] !== undefined) throw new RefusedActionError(400, 'html cannot be given.');
    const { text, markdown } = contentIn(fields);
    message.edit(
      { ...(text === undefined ? {} : { text }), ...(markdown === undefined ? {} : { markdown }) },
      { by: call.person },
    );
    return ok(message.body());
  }

  #delete(call: ApiCall): HttpAnswer {
    call.requireScope('spark:messages_write');
    this.#message(call).message.delete({ by: call.person });
    return noContent;
  }

  #page(call: ApiCall, oldestFirst: readonly SimulatedMessage[], limits: PageSizes): HttpAnswer {
    return this.pager.page(call, oldestFirst.toReversed(), (message) => message.body(), limits);
  }

  /** Oldest first: those before a moment, and before a message. */
  #olderThanAsked(room: SimulatedRoom, call: ApiCall): readonly SimulatedMessage[] {
    const before = call.query('before');
    const beforeMessage = call.query('beforeMessage');
    const moment = before === undefined ? Number.POSITIVE_INFINITY : Date.parse(before);
    if (Number.isNaN(moment)) throw new RefusedActionError(400, "The 'before' parameter must be an ISO 8601 date.");
    const older = room.messages.filter((message) => message.created < moment);
    if (beforeMessage === undefined) return older;
    const end = older.findIndex(({ id }) => id === beforeMessage);
    if (end === -1) throw new RefusedActionError(404, 'Could not find the message of beforeMessage.');
    return older.slice(0, end);
  }

  #destination(fields: ApiFields, call: ApiCall): SimulatedRoom {
    const [roomId, personId, email] = [fields.text('roomId'), fields.text('toPersonId'), fields.text('toPersonEmail')];
    if ([roomId, personId, email].filter((one) => one !== undefined).length !== 1) {
      throw new RefusedActionError(400, 'Exactly one of roomId, toPersonId and toPersonEmail must be given.');
    }
    if (roomId !== undefined) return this.#room(roomId, call);
    const other = this.world.person(personId ?? '') ?? this.world.personByEmail(email ?? '');
    if (other === undefined || other === call.person) throw new RefusedActionError(404, 'Person not found.');
    return this.world.directRoom(call.person, other);
  }

  #room(roomId: string, call: ApiCall): SimulatedRoom {
    const room = this.world.visibleRoom(roomId, call.person);
    if (room === undefined) throw new RefusedActionError(404, 'Could not find a room with provided ID.');
    return room;
  }

  #message(call: ApiCall): PlacedMessage {
    const placed = this.world.visibleMessage(call.id, call.person);
    if (placed === undefined) throw new RefusedActionError(404, 'Could not find a message with provided ID.');
    return placed;
  }

  #person(idOrMe: string, call: ApiCall): SimulatedPerson {
    const person = idOrMe === 'me' ? call.person : this.world.person(idOrMe);
    if (person === undefined) throw new RefusedActionError(400, 'mentionedPeople names nobody.');
    return person;
  }
}

function contentIn(fields: ApiFields): MessageContent {
  const [text, markdown, parentId] = [fields.text('text'), fields.text('markdown'), fields.text('parentId')];
  const { files, attachments } = fields.body;
  return {
    ...(text === undefined ? {} : { text }),
    ...(markdown === undefined ? {} : { markdown }),
    ...(parentId === undefined ? {} : { parentId }),
    ...(files === undefined ? {} : { files: listOf(files, 'files', isText) }),
    ...(attachments === undefined ? {} : { attachments: listOf(attachments, 'attachments', isRecord) }),
  };
}

function listOf<Item>(value: unknown, name: string, isItem: (one: unknown) => one is Item): readonly Item[] {
  if (!Array.isArray(value) || !value.every(isItem)) throw new RefusedActionError(400, `${name} is not valid`);
  return value;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
