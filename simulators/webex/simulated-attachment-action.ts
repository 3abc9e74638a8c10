import { randomUUID } from 'node:crypto';
import { platformDate } from './platform-date.js';
import { type SimulatedPerson } from './simulated-person.js';
import { webexId } from './webex-id.js';

/** The message whose card was filled in. */
interface Card {
  readonly id: string;
  readonly room: { readonly id: string; readonly cluster: string };
}

export type CardInputs = Readonly<Record<string, unknown>>;

/** What somebody entered into a card. */
export class SimulatedAttachmentAction {
  readonly id: string;

  constructor(
    readonly message: Card,
    readonly person: SimulatedPerson,
    readonly inputs: CardInputs,
    readonly created: number,
  ) {
    this.id = webexId('ATTACHMENT_ACTION', randomUUID(), message.room.cluster);
  }

  body(): Readonly<Record<string, unknown>> {
    return { ...this.data(), inputs: this.inputs };
  }

  /** Webhooks never carry the inputs. */
  data(): Readonly<Record<string, unknown>> {
    const { message, person } = this;
    return {
      id: this.id,
      type: 'submit',
      messageId: message.id,
      personId: person.id,
      roomId: message.room.id,
      created: platformDate(this.created),
    };
  }
}
