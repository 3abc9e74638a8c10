import { type EventBodies, type EventBody } from './event-bodies.js';
import { type Quirks } from './quirks.js';

/** What a message needs of the space it lies in. */
export interface MessageHome {
  readonly id: string;
  readonly title: string;
  readonly bodies: EventBodies;
  readonly quirks: Quirks;
  /** The time of what happens now; later than everything before it in this space. */
  stamp(): number;
  newId(at: number): string;
  requireAlive(): void;
  requireMember(id: string): void;
  emit(body: EventBody): void;
}
