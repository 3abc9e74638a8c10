import { type Actor } from './actor.js';
import { type MessageHome } from './space-surroundings.js';

/** An object is written as JSON; a string is passed on as it is, so that a test can send what no serializer writes. */
export type AnnotationPayload = Readonly<Record<string, unknown>> | string;

export interface AnnotationOrigin {
  readonly home: MessageHome;
  readonly messageId: string;
  readonly by: Actor;
  readonly at: number;
  readonly takeOff: (annotation: SimulatedAnnotation) => void;
  /** Throws when the annotation was removed or dropped by an edit of the message. */
  readonly requireOn: (annotation: SimulatedAnnotation) => void;
}

/** An annotation on a message: a JSON text inside the JSON of its events. */
export class SimulatedAnnotation {
  readonly id: string;
  readonly created: number;
  #payload: string;
  #edited: { readonly by: Actor; readonly at: number } | undefined;

  constructor(
    readonly type: string,
    payload: AnnotationPayload | ((id: string) => AnnotationPayload),
    private readonly origin: AnnotationOrigin,
  ) {
    this.created = origin.at;
    this.id = origin.home.newId(origin.at);
    this.#payload = written(typeof payload === 'function' ? payload(this.id) : payload);
  }

  /** As webhooks carry it. */
  get payload(): string {
    return this.#payload;
  }

  get by(): Actor {
    return this.origin.by;
  }

  edit(payload: AnnotationPayload, { by = this.origin.by }: { readonly by?: Actor } = {}): void {
    const { home, messageId, requireOn } = this.origin;
    requireOn(this);
    this.#payload = written(payload);
    this.#edited = { by, at: home.stamp() };
    home.emit(home.bodies.annotationChanged('message-annotation-edited', home, messageId, this, by, this.#edited.at));
  }

  remove({ by = this.origin.by }: { readonly by?: Actor } = {}): void {
    const { home, messageId, requireOn, takeOff } = this.origin;
    requireOn(this);
    takeOff(this);
    home.emit(home.bodies.annotationRemoved(home, messageId, this.id, by, home.stamp()));
  }

  /** As GraphQL lists it: the same keys, and always type, id, time and author, which some webhook payloads lack. */
  get listed(): string {
    const keys = this.parsed;
    if (keys === undefined) return this.#payload;
    return JSON.stringify({
      ...keys,
      annotationId: this.id,
      created: this.created,
      createdBy: this.by.id,
      ...(this.#edited === undefined ? {} : { updated: this.#edited.at, updatedBy: this.#edited.by.id }),
      ...(this.origin.home.quirks.upperCaseGeneric && this.type === 'generic'
        ? { version: 'null', type: 'GENERIC' }
        : { type: this.type }),
    });
  }

  get parsed(): Readonly<Record<string, unknown>> | undefined {
    try {
      const parsed: unknown = JSON.parse(this.#payload);
      return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined;
    } catch {
      return undefined;
    }
  }
}

function written(payload: AnnotationPayload): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}
