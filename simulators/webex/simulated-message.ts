import { randomUUID } from 'node:crypto';
import { type MessageContent, type MessageText, requireEditText, requirePostable } from './message-content.js';
import { type PlatformEvent } from './platform-event.js';
import { platformDate } from './platform-date.js';
import { type Quirks } from './quirks.js';
import { RefusedActionError } from './refused-action-error.js';
import { renderMarkdown } from './rendered-markdown.js';
import { type CardInputs, SimulatedAttachmentAction } from './simulated-attachment-action.js';
import { type SimulatedPerson } from './simulated-person.js';
import { webexId } from './webex-id.js';

const mostEdits = 10;

/** What a message needs of its room. */
export interface MessageHome {
  readonly id: string;
  readonly cluster: string;
  readonly type: 'group' | 'direct';
  readonly members: readonly SimulatedPerson[];
  readonly quirks: Quirks;
  now(): number;
  requireMember(person: SimulatedPerson): void;
  isModerator(person: SimulatedPerson): boolean;
  /** Tells of the message to those who may see it. */
  tellOfMessage(
    message: SimulatedMessage,
    event: Pick<PlatformEvent, 'resource' | 'event' | 'actorId' | 'data' | 'traits'>,
  ): void;
}

interface Written {
  readonly text: string | undefined;
  readonly markdown?: string;
  readonly html?: string;
  readonly mentionedPeople: readonly SimulatedPerson[];
  readonly mentionedGroups: readonly string[];
}

/** A message of a room, with the cards' submissions. */
export class SimulatedMessage {
  readonly id: string;
  readonly files: readonly string[];
  readonly attachments: readonly Readonly<Record<string, unknown>>[];
  readonly parentId: string | undefined;
  readonly #actions: SimulatedAttachmentAction[] = [];
  #written: Written;
  #updated: number | undefined;
  #edits = 0;
  #deleted = false;

  constructor(
    readonly room: MessageHome,
    readonly author: SimulatedPerson,
    content: MessageContent,
    readonly created: number,
  ) {
    requirePostable(content);
    this.id = webexId('MESSAGE', randomUUID(), room.cluster);
    this.files = content.files ?? [];
    this.attachments = content.attachments ?? [];
    this.parentId = content.parentId;
    this.#written = this.#write(content);
  }

  get text(): string | undefined {
    return this.#written.text;
  }

  get deleted(): boolean {
    return this.#deleted;
  }

  get actions(): readonly SimulatedAttachmentAction[] {
    return this.#actions;
  }

  mentions(person: SimulatedPerson): boolean {
    return this.#written.mentionedPeople.includes(person);
  }

  /** `messages/created`, with neither text nor files. */
  announce(): void {
    this.#tell('created', this.author, {
      ...this.#data(this.room.quirks.roomTypeInData),
      created: platformDate(this.created, this.room.quirks.timestamps),
    });
  }

  /** At most ten times, by the author, and not with files or cards. No webhook tells of it: only `updated` shows it. */
  edit(content: string | MessageText, { by = this.author }: { readonly by?: SimulatedPerson } = {}): void {
    this.#requireAlive();
    this.room.requireMember(by);
    if (by !== this.author) throw new RefusedActionError(403, 'Only the author may edit a message.');
    if (this.files.length > 0 || this.attachments.length > 0) {
      throw new RefusedActionError(400, 'A message with files or attachments cannot be edited.');
    }
    const wanted = typeof content === 'string' ? { text: content } : content;
    requireEditText(wanted);
    if (this.#edits >= mostEdits) throw new RefusedActionError(400, `A message can be edited ${mostEdits} times.`);
    this.#edits += 1;
    this.#written = this.#write(wanted);
    this.#updated = this.room.now();
  }

  /** By the author or a moderator; `messages/deleted` has no `created`, and names the author beside the actor. */
  delete({ by = this.author }: { readonly by?: SimulatedPerson } = {}): void {
    this.#requireAlive();
    this.room.requireMember(by);
    if (by !== this.author && !this.room.isModerator(by)) {
      throw new RefusedActionError(403, 'Only the author or a moderator may delete a message.');
    }
    this.#deleted = true;
    this.#tell('deleted', by, this.#data(true));
  }

  /** Somebody presses the card's button. */
  submit(person: SimulatedPerson, inputs: CardInputs): SimulatedAttachmentAction {
    this.#requireAlive();
    this.room.requireMember(person);
    if (this.attachments.length === 0) throw new RefusedActionError(400, 'The message has no card.');
    const action = new SimulatedAttachmentAction(this, person, inputs, this.room.now());
    this.#actions.push(action);
    this.room.tellOfMessage(this, {
      resource: 'attachmentActions',
      event: 'created',
      actorId: person.id,
      data: action.data(),
    });
    return action;
  }

  body(): Readonly<Record<string, unknown>> {
    const { room, author } = this;
    const { text, markdown, html, mentionedPeople, mentionedGroups } = this.#written;
    const { timestamps } = room.quirks;
    return {
      id: this.id,
      ...(this.parentId === undefined ? {} : { parentId: this.parentId }),
      roomId: room.id,
      roomType: room.type,
      ...(text === undefined ? {} : { text }),
      ...(markdown === undefined ? {} : { markdown, html }),
      ...(this.files.length === 0 ? {} : { files: this.files }),
      personId: author.id,
      personEmail: author.email,
      ...(mentionedPeople.length === 0 ? {} : { mentionedPeople: mentionedPeople.map(({ id }) => id) }),
      ...(mentionedGroups.length === 0 ? {} : { mentionedGroups }),
      ...(this.attachments.length === 0 ? {} : { attachments: this.attachments }),
      created: platformDate(this.created, timestamps),
      ...(this.#updated === undefined ? {} : { updated: platformDate(this.#updated, timestamps) }),
      isVoiceClip: false,
    };
  }

  #write({ text, markdown }: MessageText): Written {
    if (markdown === undefined) return { text, mentionedPeople: [], mentionedGroups: [] };
    const rendered = renderMarkdown(markdown, this.room.members);
    return { ...rendered, markdown, text: text ?? rendered.text };
  }

  #data(roomType: boolean): Readonly<Record<string, unknown>> {
    const { room, author } = this;
    return {
      id: this.id,
      roomId: room.id,
      ...(roomType ? { roomType: room.type } : {}),
      personId: author.id,
      personEmail: author.email,
    };
  }

  #tell(event: 'created' | 'deleted', actor: SimulatedPerson, data: Readonly<Record<string, unknown>>): void {
    const traits = {
      roomType: this.room.type,
      mentionedPeople: this.#written.mentionedPeople.map(({ id }) => id),
      hasFiles: this.files.length > 0,
      hasAttachments: this.attachments.length > 0,
    };
    this.room.tellOfMessage(this, { resource: 'messages', event, actorId: actor.id, data, traits });
  }

  #requireAlive(): void {
    if (this.#deleted) throw new RefusedActionError(404, 'The message was deleted.');
  }
}
