import { randomUUID } from 'node:crypto';
import { type SimulatorClock } from '../common/clock.js';
import { dataUri } from './data-uri.js';
import { type WireEvent } from './event-body.js';
import { type FailureReason, remoteFailure } from './failure-reason.js';
import { EndpointHrefs, type InvitationKind } from './hrefs.js';
import { type InvitationState, type InvitationView, type Resource } from './resources.js';
import { type SimulatedConversation } from './simulated-conversation.js';
import { type SimulatedPerson } from './simulated-person.js';
import { prefixed, type RelPrefix, type WireFormat } from './wire-format.js';

/** An unanswered invitation fails after about 30 s (UCWA, messagingInvitation). */
const patienceMs = 30_000;

export interface InvitationOptions {
  readonly kind: InvitationKind;
  readonly direction: 'Incoming' | 'Outgoing';
  readonly conversation: SimulatedConversation;
  readonly operationId: string;
  /** The address as it was asked for. */
  readonly to: string;
  /** Whoever is invited, or invites; undefined when nobody has the address. */
  readonly person: SimulatedPerson | undefined;
  readonly customContent?: string | undefined;
  /** What an incoming invitation says at once. */
  readonly firstMessage?: string | undefined;
  readonly clock: SimulatorClock;
  readonly format: () => WireFormat;
}

/** Somebody is asked to take part: an operation that starts, and completes with success or failure. */
export class Invitation {
  readonly id = randomUUID();
  readonly kind: InvitationKind;
  readonly direction: 'Incoming' | 'Outgoing';
  readonly conversation: SimulatedConversation;
  #state: InvitationState = 'Connecting';
  #cancelPatience: (() => void) | undefined;

  constructor(private readonly options: InvitationOptions) {
    this.kind = options.kind;
    this.direction = options.direction;
    this.conversation = options.conversation;
  }

  get state(): InvitationState {
    return this.#state;
  }

  get pending(): boolean {
    return this.#state === 'Connecting';
  }

  get href(): string {
    return this.conversation.hrefs.invitation(this.kind, this.id);
  }

  /** Tells the app, and lets the person answer when it is they who are asked. */
  start(): void {
    const { conversation } = this;
    conversation.together(() => {
      this.#raise({ type: 'started' });
      if (this.kind === 'messagingInvitation') conversation.announce();
    });
    if (this.direction === 'Outgoing') this.#askPerson();
    else this.#waitForAnswer();
  }

  /** The app, or the person, takes part; with a meeting, by being bridged into it. */
  accept(meeting?: string): void {
    const { conversation } = this;
    const { person, firstMessage } = this.options;
    this.#end('Connected');
    conversation.together(() => {
      this.#raise({ type: 'completed', status: 'Success' });
      if (this.kind === 'messagingInvitation') conversation.connect(meeting);
      if (person !== undefined && !conversation.participants.includes(person)) conversation.join(person);
    });
    if (person !== undefined && firstMessage !== undefined) conversation.say(person, firstMessage);
  }

  /** It comes to nothing, and with it the conversation that it was to open. */
  fail(state: 'Declined' | 'Cancelled' | 'Failed', reason: FailureReason): void {
    if (!this.pending) return;
    this.#end(state);
    if (this.conversation.ended) return;
    this.conversation.together(() => {
      this.#raise({ type: 'completed', status: 'Failure', reason });
      if (this.kind === 'messagingInvitation') this.conversation.end();
    });
  }

  /** It stays unanswered. */
  stopWaiting(): void {
    this.#cancelPatience?.();
  }

  resource(prefix: RelPrefix = this.options.format().relPrefix): Resource {
    const repeats = this.options.format().applicationInInvitation && this.direction === 'Incoming';
    return this.conversation.resources(prefix).invitation(this.#view, repeats ? this.#application(prefix) : undefined);
  }

  #askPerson(): void {
    const { person } = this.options;
    if (person === undefined) {
      this.fail('Failed', remoteFailure('DestinationNotFound', 'The destination could not be found.'));
    } else if (person.onInvite === 'accept') {
      this.accept();
    } else if (person.onInvite === 'decline') {
      this.fail('Declined', remoteFailure('Declined', 'The invitation was declined.'));
    } else {
      this.#waitForAnswer();
    }
  }

  #waitForAnswer(): void {
    const { clock } = this.options;
    this.#cancelPatience = clock.at(clock.now() + patienceMs, () => {
      this.fail('Failed', remoteFailure('Timeout', 'The invitation was not answered.'));
    });
  }

  #end(state: InvitationState): void {
    if (!this.pending) throw new Error('The invitation was answered already.');
    this.#cancelPatience?.();
    this.#state = state;
  }

  #raise(end: Pick<WireEvent, 'type' | 'status' | 'reason'>): void {
    const rel = this.conversation.resources().rel(this.kind);
    this.conversation.channel.raise('communication', {
      link: { rel, href: this.href },
      _embedded: { [rel]: this.resource() },
      ...end,
    });
  }

  get #view(): InvitationView {
    const { operationId, to, person, customContent, firstMessage, format } = this.options;
    const { importance, subject, threadId } = this.conversation;
    const shown = firstMessage !== undefined && format().messageInInvitation;
    return {
      id: this.id,
      kind: this.kind,
      direction: this.direction,
      state: this.#state,
      operationId,
      importance,
      subject,
      threadId,
      to,
      ...(this.direction === 'Incoming' && person !== undefined ? { from: person } : {}),
      offersAccept: format().acceptLink,
      ...(shown ? { message: dataUri({ type: 'text/plain', text: firstMessage }, format().dataUris) } : {}),
      customContent,
    };
  }

  #application(prefix: RelPrefix): Resource {
    const hrefs = new EndpointHrefs(this.conversation.endpoint);
    return {
      _links: { self: { href: hrefs.application } },
      _embedded: {
        [prefixed(prefix, 'communication')]: {
          _links: {
            self: { href: hrefs.communication },
            [prefixed(prefix, 'startMessaging')]: { href: hrefs.startMessaging },
          },
          rel: prefixed(prefix, 'communication'),
        },
      },
      rel: prefixed(prefix, 'application'),
    };
  }
}
