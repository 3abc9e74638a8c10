import { type Actor, languageAnalysis } from './actor.js';
import { RefusedActionError } from './refused-action-error.js';
import { type AnnotationPayload, SimulatedAnnotation } from './simulated-annotation.js';
import { type MessageHome } from './space-surroundings.js';

const mentionMarkup = /<@([^|>]+)\|[^>]*>/g;

/** The one annotation an app message consists of. */
export interface GenericAnnotation {
  readonly text: string;
  readonly title?: string;
  readonly color?: string;
  readonly actor?: Readonly<Record<string, unknown>>;
  readonly version?: number | string;
}

interface Reacted {
  readonly by: Actor;
  readonly at: number;
}

/** A message of a space, with its annotations and reactions. */
export class SimulatedMessage {
  readonly id: string;
  readonly contentType: string;
  #content: string | null;
  #updated: number;
  #updatedBy: Actor;
  #contentUpdated: number;
  #softDeleted = false;
  #annotations: SimulatedAnnotation[] = [];
  readonly #reactions = new Map<string, Reacted[]>();

  constructor(
    readonly home: MessageHome,
    readonly author: Actor,
    content: string | null,
    readonly created: number,
  ) {
    this.id = home.newId(created);
    this.contentType = home.bodies.contentType;
    this.#content = content;
    this.#updated = created;
    this.#updatedBy = author;
    this.#contentUpdated = created;
  }

  /** Null for app messages and deleted ones. */
  get content(): string | null {
    return this.#content;
  }

  get updated(): number {
    return this.#updated;
  }

  get updatedBy(): Actor {
    return this.#updatedBy;
  }

  get contentUpdated(): number {
    return this.#contentUpdated;
  }

  get softDeleted(): boolean {
    return this.#softDeleted;
  }

  get annotations(): readonly SimulatedAnnotation[] {
    return this.#annotations;
  }

  get reactions(): ReadonlyMap<string, readonly Reacted[]> {
    return this.#reactions;
  }

  /** Tells of the new message: content "" and then a generic annotation when an app message, else its text and mentions. */
  announce(generic?: GenericAnnotation): void {
    const { home } = this;
    home.emit(home.bodies.messageCreated(home, this, this.author, this.#content ?? '', this.created));
    if (generic === undefined) this.#annotateMentions();
    else this.#annotateGeneric(generic);
  }

  /** Drops all annotations without a word, then makes those of mentions again, which arrive as added. */
  edit(editor: Actor, newText: string): void {
    this.#requireAlive();
    this.home.requireMember(editor.id);
    if (editor.kind !== 'person') throw new RefusedActionError(403, 'An app cannot edit messages.');
    if (editor.id !== this.author.id) throw new RefusedActionError(403, 'Only the author may edit a message.');
    if (this.#content === null) throw new RefusedActionError(403, 'A message of a generic annotation stays as it is.');
    const { home } = this;
    const at = home.stamp();
    this.#content = newText;
    this.#annotations = [];
    this.#contentUpdated = at;
    this.#touch(editor, at);
    home.emit(home.bodies.messageEdited(home, this, editor, newText, at));
    this.#annotateMentions();
  }

  /** Soft: the message stays readable, without content and annotations. */
  delete(): void {
    this.#requireAlive();
    const { home } = this;
    const at = home.stamp();
    this.#softDeleted = true;
    this.#content = null;
    this.#annotations = [];
    this.#reactions.clear();
    this.#touch(this.author, at);
    home.emit(home.bodies.messageDeleted(home, this.id, at));
  }

  /** `by` is the platform's language analysis unless an app, a person or another service is named. */
  annotate(
    type: string,
    payload: AnnotationPayload,
    { by = languageAnalysis }: { readonly by?: Actor } = {},
  ): SimulatedAnnotation {
    this.#requireAlive();
    return this.#add(type, payload, by, this.home.stamp());
  }

  /** A person reacts once with the same sign; a second time changes nothing and tells nobody. */
  react(by: Actor, reaction: string): void {
    this.#requireAlive();
    this.home.requireMember(by.id);
    const reacted = this.#reactions.get(reaction) ?? [];
    if (reacted.some((one) => one.by.id === by.id)) return;
    const at = this.home.stamp();
    this.#reactions.set(reaction, [...reacted, { by, at }]);
    this.home.emit(this.home.bodies.reactionChanged('reaction-added', this.home, this.id, reaction, by, at));
  }

  unreact(by: Actor, reaction: string): void {
    this.#requireAlive();
    this.home.requireMember(by.id);
    const reacted = this.#reactions.get(reaction) ?? [];
    const left = reacted.filter((one) => one.by.id !== by.id);
    if (left.length === reacted.length) return;
    if (left.length === 0) this.#reactions.delete(reaction);
    else this.#reactions.set(reaction, left);
    const at = this.home.stamp();
    this.home.emit(this.home.bodies.reactionChanged('reaction-removed', this.home, this.id, reaction, by, at));
  }

  #annotateGeneric({ text, title, color, actor, version = 1 }: GenericAnnotation): void {
    const at = this.created;
    this.#add(
      'generic',
      (annotationId) => ({
        type: 'generic',
        version,
        ...(color === undefined ? {} : { color }),
        ...(title === undefined ? {} : { title }),
        text,
        ...(actor === undefined ? {} : { actor }),
        annotationId,
        created: at,
        createdBy: this.author.id,
      }),
      this.author,
      at,
    );
  }

  /** No public source shows the payload of a mention; its fields here are a guess. */
  #annotateMentions(): void {
    const mentioned = [...(this.#content ?? '').matchAll(mentionMarkup)].map(([, id]) => id);
    for (const mentionedUserId of new Set(mentioned)) {
      this.#add('mention', { type: 'mention', mentionedUserId }, this.author, this.home.stamp());
    }
  }

  #add(
    type: string,
    payload: AnnotationPayload | ((id: string) => AnnotationPayload),
    by: Actor,
    at: number,
  ): SimulatedAnnotation {
    const { home } = this;
    const annotation = new SimulatedAnnotation(type, payload, {
      home,
      messageId: this.id,
      by,
      at,
      takeOff: (gone) => this.#takeOff(gone),
      requireOn: (one) => this.#requireOn(one),
    });
    this.#annotations.push(annotation);
    home.emit(home.bodies.annotationChanged('message-annotation-added', home, this.id, annotation, by, at));
    return annotation;
  }

  #takeOff(gone: SimulatedAnnotation): void {
    this.#annotations = this.#annotations.filter((annotation) => annotation !== gone);
  }

  #requireOn(annotation: SimulatedAnnotation): void {
    this.#requireAlive();
    if (!this.#annotations.includes(annotation)) throw new RefusedActionError(404, 'The annotation is gone.');
  }

  #touch(by: Actor, at: number): void {
    this.#updated = at;
    this.#updatedBy = by;
  }

  #requireAlive(): void {
    this.home.requireAlive();
    if (this.#softDeleted) throw new RefusedActionError(404, 'The message was deleted.');
  }
}
