import { randomBytes, randomUUID } from 'node:crypto';
import { type SimulatorClock } from '../common/clock.js';
import { CallbackRoute } from './callback-route.js';
import { dataUri, type MessageContent } from './data-uri.js';
import { type EventType, type WireEvent } from './event-body.js';
import { EventChannel } from './event-channel.js';
import { type FailureReason, remoteFailure } from './failure-reason.js';
import { ConversationHrefs } from './hrefs.js';
import {
  ConversationResources,
  type ConversationState,
  type ConversationView,
  type Importance,
  type MessagingState,
  type MessageView,
  type Resource,
} from './resources.js';
import { type SimulatedPerson } from './simulated-person.js';
import { type ApplicationEndpoint } from './trusted-application.js';
import { wireDate } from './wire-date.js';
import { type WebhookDispatcher } from './webhook-dispatcher.js';
import { type RelPrefix, type WireFormat } from './wire-format.js';

/** What conversations share. */
export interface ConversationSurroundings {
  readonly clock: SimulatorClock;
  readonly dispatcher: WebhookDispatcher;
  readonly format: () => WireFormat;
  readonly poolUrl: () => string;
}

export interface ConversationOptions {
  readonly endpoint: ApplicationEndpoint;
  readonly subject: string;
  readonly importance: Importance;
  readonly threadId?: string | undefined;
  readonly state: 'Incoming' | 'Connecting';
  /** Only of this conversation; the application's registered URL when missing. */
  readonly callbackUrl?: string | undefined;
  readonly callbackContext?: string | undefined;
}

/** A message with whoever wrote it; undefined is the app. */
export interface ConversationMessage extends MessageContent {
  readonly number: number;
  readonly from: SimulatedPerson | undefined;
  readonly at: number;
}

/** A conversation of an application endpoint with people. Everything that happens in it becomes events. */
export class SimulatedConversation implements ConversationView {
  readonly id = randomUUID();
  readonly subject: string;
  readonly importance: Importance;
  readonly threadId: string;
  readonly endpoint: ApplicationEndpoint;
  readonly hrefs: ConversationHrefs;
  readonly route: CallbackRoute;
  readonly channel: EventChannel;
  readonly messages: ConversationMessage[] = [];
  /** How often the app said that it is typing. */
  appTyped = 0;
  #state: ConversationState;
  #messagingState: MessagingState = 'Connecting';
  #meeting: string | undefined;
  #ended = false;
  #announced = false;
  #nextFailure: FailureReason | undefined;
  #messageNumber = 1;
  readonly #participants = new Map<string, SimulatedPerson>();

  constructor(
    options: ConversationOptions,
    private readonly surroundings: ConversationSurroundings,
  ) {
    const { endpoint, callbackUrl, callbackContext } = options;
    const { dispatcher, format, poolUrl } = surroundings;
    this.endpoint = endpoint;
    this.subject = options.subject;
    this.importance = options.importance;
    this.threadId = options.threadId ?? randomBytes(22).toString('base64');
    this.#state = options.state;
    this.hrefs = new ConversationHrefs(endpoint, this.id);
    const url = (): string | undefined => callbackUrl ?? endpoint.application.callbackUrl;
    this.route = new CallbackRoute(url, callbackContext, () => format().contextEscaping);
    this.channel = new EventChannel({
      conversationId: this.id,
      endpoint,
      hrefs: this.hrefs,
      route: this.route,
      dispatcher,
      format,
      poolUrl,
    });
  }

  get state(): ConversationState {
    return this.#state;
  }

  get messagingState(): MessagingState {
    return this.#messagingState;
  }

  get bridged(): boolean {
    return this.#meeting !== undefined;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get participants(): readonly SimulatedPerson[] {
    return [...this.#participants.values()];
  }

  /** What happens in the action arrives in one webhook body. */
  together(action: () => void): void {
    this.channel.together(action);
  }

  say(person: SimulatedPerson, text: string): void {
    this.#said(person, { type: 'text/plain', text });
  }

  sayHtml(person: SimulatedPerson, html: string): void {
    this.#said(person, { type: 'text/html', text: html });
  }

  startTyping(person: SimulatedPerson): void {
    this.#typing(person, 'added');
  }

  stopTyping(person: SimulatedPerson): void {
    this.#typing(person, 'deleted');
  }

  join(person: SimulatedPerson): void {
    this.#mustLast();
    this.#participants.set(person.uri, person);
    const { rel } = this.#tools;
    const participant = { rel: rel('participant'), href: this.hrefs.participant(person.uri), title: person.name };
    this.together(() => {
      this.#aboutPerson(person, 'added');
      this.channel.raise('conversation', {
        link: { rel: rel('participantMessaging'), href: this.hrefs.participantMessaging(person.uri) },
        in: participant,
        type: 'added',
      });
    });
  }

  leave(person: SimulatedPerson): void {
    this.#mustTakePart(person);
    this.#participants.delete(person.uri);
    this.#aboutPerson(person, 'deleted');
  }

  rename(person: SimulatedPerson, name: string): void {
    this.#mustTakePart(person);
    person.name = name;
    this.#aboutPerson(person, 'updated');
  }

  /** The next message of the app completes with this failure. */
  failNextMessage(reason: FailureReason = remoteFailure('Unreachable', 'The target is not reachable.')): void {
    this.#nextFailure = reason;
  }

  /** Everybody is gone, and so is the conversation. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#state = 'Disconnected';
    this.#messagingState = 'Disconnected';
    this.together(() => {
      for (const person of this.participants) this.#aboutPerson(person, 'deleted');
      this.#participants.clear();
      this.#aboutConversation('deleted');
    });
  }

  /** The conversation appears, once. */
  announce(): void {
    if (!this.#announced) this.#aboutConversation('added');
    this.#announced = true;
  }

  /** Messages can be exchanged from now on; with a meeting, it is bridged into that. */
  connect(meeting?: string): void {
    this.#mustLast();
    this.#state = meeting === undefined ? 'Connected' : 'Conferenced';
    this.#messagingState = 'Connected';
    this.#meeting = meeting;
    this.together(() => {
      this.#aboutConversation('updated');
      this.#aboutMessaging();
      if (meeting !== undefined) this.#aboutBridge(meeting);
      if (this.surroundings.format().localParticipant) this.#aboutItself();
    });
  }

  /** The conversation outlives its messages: they can be added again. */
  disconnectMessaging(reason: FailureReason): void {
    this.#messagingState = 'Disconnected';
    this.#state = 'Disconnected';
    this.together(() => {
      this.#aboutMessaging(reason);
      this.#aboutConversation('updated');
    });
  }

  /** Messages are being added again. */
  reconnect(): void {
    this.#messagingState = 'Connecting';
    this.#state = 'Connecting';
    this.together(() => {
      this.#aboutMessaging();
      this.#aboutConversation('updated');
    });
  }

  /** Takes a message of the app; what it becomes is told by `deliver`. */
  accept(content: MessageContent, operationId: string | undefined): AppMessage {
    const number = this.#nextNumber();
    const at = this.surroundings.clock.now();
    this.messages.push({ ...content, number, from: undefined, at });
    return { number, at, content, operationId };
  }

  /** Shows that a message of the app started, hands it to everybody who can be reached, and shows how that ended. */
  deliver({ number, at, content, operationId }: AppMessage): void {
    if (this.#ended) return;
    const { resources, rel, format } = this.#tools;
    const view: MessageView = {
      number,
      direction: 'Outgoing',
      timeStamp: wireDate(at, format.dates, 'Outgoing'),
      operationId,
    };
    const event = (shown: MessageView, end: Pick<WireEvent, 'type' | 'status' | 'reason'>): void =>
      this.channel.raise('conversation', {
        link: { rel: rel('message'), href: resources.messageHref(number) },
        _embedded: { [rel('message')]: resources.message(shown) },
        ...end,
      });
    event(view, { type: 'started' });
    const planned = this.#nextFailure;
    this.#nextFailure = undefined;
    const missed = this.participants.filter((person) => planned !== undefined || !person.reachable);
    for (const person of this.participants) {
      if (!missed.includes(person)) person.received.push({ ...content, conversationId: this.id });
    }
    const reason = planned ?? remoteFailure('Unreachable', 'The target is not reachable.');
    if (missed.length === 0 && planned === undefined) event(view, { type: 'completed', status: 'Success' });
    else event({ ...view, failedFor: missed }, { type: 'completed', status: 'Failure', reason });
  }

  /** Somebody was connected to the meeting under a name of the app's choice. */
  bridgeIn(participant: { readonly uri: string; readonly name: string }): void {
    const { rel } = this.#tools;
    this.channel.raise('conversation', {
      link: {
        rel: rel('bridgedParticipant'),
        href: this.hrefs.under('conversationBridge', `bridgedParticipants/${participant.uri.replace(/^sip:/, '')}`),
        title: participant.name,
      },
      in: { rel: rel('bridgedParticipants'), href: this.hrefs.under('conversationBridge', 'bridgedParticipants') },
      type: 'added',
    });
  }

  /** The conversation's resources for a reader who may ask for another prefix. */
  resources(prefix: RelPrefix = this.surroundings.format().relPrefix): ConversationResources {
    return new ConversationResources(prefix, this.hrefs);
  }

  get meeting(): string | undefined {
    return this.#meeting;
  }

  get #tools(): {
    readonly resources: ConversationResources;
    readonly rel: (name: string) => string;
    readonly format: WireFormat;
  } {
    const resources = this.resources();
    return { resources, rel: (name) => resources.rel(name), format: this.surroundings.format() };
  }

  #said(person: SimulatedPerson, written: MessageContent): void {
    this.#mustTakePart(person);
    if (this.#messagingState !== 'Connected') throw new Error('Nobody can write before messaging is connected.');
    const { resources, rel, format } = this.#tools;
    const lineEnd = format.trailingLineEnd && written.type === 'text/plain' ? '\r\n' : '';
    const content = { ...written, text: `${written.text}${lineEnd}` };
    const [number, at] = [this.#nextNumber(), this.surroundings.clock.now()];
    this.messages.push({ ...content, number, from: person, at });
    const message = resources.message({
      number,
      direction: 'Incoming',
      timeStamp: wireDate(at, format.dates, 'Incoming'),
      content: {
        rel: content.type === 'text/plain' ? 'plainMessage' : 'htmlMessage',
        href: dataUri(content, format.dataUris),
      },
      sender: person,
    });
    const link = { rel: rel('message'), href: resources.messageHref(number) };
    const _embedded = { [rel('message')]: message };
    if (format.incomingMessages === 'started and completed') {
      this.channel.raise('conversation', { link, _embedded, type: 'started' });
    }
    this.channel.raise('conversation', { link, _embedded, type: 'completed', status: 'Success' });
  }

  #typing(person: SimulatedPerson, type: 'added' | 'deleted'): void {
    this.#mustTakePart(person);
    const { rel } = this.#tools;
    this.channel.raise('conversation', {
      link: { rel: rel('participant'), href: this.hrefs.participant(person.uri), title: person.name },
      in: { rel: rel('typingParticipants'), href: this.hrefs.under('messaging', 'typingParticipants') },
      type,
    });
  }

  /** What is deleted is named by its link and nothing else. The title is often empty in captures. */
  #aboutPerson(person: SimulatedPerson, type: EventType): void {
    const { resources, rel } = this.#tools;
    this.channel.raise('conversation', {
      link: { rel: rel('participant'), href: this.hrefs.participant(person.uri), title: '' },
      ...(type === 'deleted' ? {} : { _embedded: { [rel('participant')]: resources.participant(person) } }),
      type,
    });
  }

  #aboutConversation(type: EventType): void {
    const { resources, rel, format } = this.#tools;
    const sender = type === 'added' ? 'communication' : format.conversationEventsFrom;
    this.channel.raise(sender, {
      link: { rel: rel('conversation'), href: this.hrefs.conversation },
      ...(type === 'deleted' ? {} : { _embedded: { [rel('conversation')]: resources.conversation(this) } }),
      type,
    });
  }

  #aboutMessaging(reason?: FailureReason): void {
    const { resources, rel } = this.#tools;
    this.channel.raise('conversation', {
      link: { rel: rel('messaging'), href: this.hrefs.messaging },
      _embedded: { [rel('messaging')]: resources.messaging(this) },
      type: 'updated',
      ...(reason === undefined ? {} : { reason }),
    });
  }

  #aboutBridge(meeting: string): void {
    const { resources, rel } = this.#tools;
    this.channel.raise('conversation', {
      link: { rel: rel('conversationBridge'), href: this.hrefs.bridge },
      _embedded: { [rel('conversationBridge')]: resources.bridge(meeting) },
      type: 'added',
    });
  }

  #aboutItself(): void {
    const { resources, rel } = this.#tools;
    const { sip } = this.endpoint;
    const itself: Resource = resources.participant({ uri: sip, name: sip.replace(/^sip:/, '') });
    this.channel.raise('conversation', {
      link: { rel: rel('localParticipant'), href: this.hrefs.participant(sip) },
      _embedded: { [rel('localParticipant')]: itself },
      type: 'added',
    });
  }

  #nextNumber(): number {
    this.#messageNumber += 1;
    return this.#messageNumber;
  }

  #mustTakePart(person: SimulatedPerson): void {
    this.#mustLast();
    if (!this.#participants.has(person.uri)) throw new Error(`${person.uri} does not take part.`);
  }

  #mustLast(): void {
    if (this.#ended) throw new Error('The conversation has ended.');
  }
}

/** A message of the app that was taken and not yet delivered. */
export interface AppMessage {
  readonly number: number;
  readonly at: number;
  readonly content: MessageContent;
  readonly operationId: string | undefined;
}
