import { type SimulatorClock } from '../common/clock.js';
import { type Invitation } from './invitation.js';
import { type ConversationSurroundings, type SimulatedConversation } from './simulated-conversation.js';
import { type PersonOptions, SimulatedPerson } from './simulated-person.js';
import {
  type ApplicationEndpoint,
  TrustedApplication,
  type TrustedApplicationRegistration,
} from './trusted-application.js';
import { type WebhookDispatcher } from './webhook-dispatcher.js';
import { type WireFormat } from './wire-format.js';

/** Applications, people, conversations and invitations. */
export class World implements ConversationSurroundings {
  readonly #applications: TrustedApplication[] = [];
  readonly #people = new Map<string, SimulatedPerson>();
  readonly #conversations = new Map<string, SimulatedConversation>();
  readonly #invitations = new Map<string, Invitation>();
  readonly #operationIds = new Set<string>();

  constructor(
    readonly clock: SimulatorClock,
    readonly dispatcher: WebhookDispatcher,
    readonly format: () => WireFormat,
    readonly poolUrl: () => string,
  ) {}

  registerApplication(registration: TrustedApplicationRegistration): TrustedApplication {
    const id = String(2_040_608_010 + this.#applications.length);
    const application = new TrustedApplication(id, registration);
    this.#applications.push(application);
    return application;
  }

  application(id: string): TrustedApplication | undefined {
    return this.#applications.find((application) => application.id === id);
  }

  /** An endpoint of this client, to the letter of its address. */
  endpoint(clientId: string, sip: string): ApplicationEndpoint | undefined {
    return this.#applications
      .filter((application) => application.clientId === clientId)
      .flatMap(({ endpoints }) => endpoints)
      .find((endpoint) => endpoint.sip === sip);
  }

  addPerson(uri: string, { name, onInvite = 'accept' }: PersonOptions): SimulatedPerson {
    if (!/^(sip:[^@\s]+@[^@\s]+|tel:\+\d+)$/.test(uri)) throw new Error('A person has a sip or tel address.');
    const person = new SimulatedPerson(uri, name ?? uri.replace(/^[a-z]+:/, ''), onInvite);
    this.#people.set(uri.toLowerCase(), person);
    return person;
  }

  person(uri: string): SimulatedPerson | undefined {
    return this.#people.get(uri.toLowerCase());
  }

  addConversation(conversation: SimulatedConversation): void {
    this.#conversations.set(conversation.id, conversation);
  }

  get conversations(): readonly SimulatedConversation[] {
    return [...this.#conversations.values()];
  }

  conversation(id: string): SimulatedConversation | undefined {
    return this.#conversations.get(id);
  }

  addInvitation(invitation: Invitation): void {
    this.#invitations.set(invitation.id, invitation);
  }

  invitation(id: string): Invitation | undefined {
    return this.#invitations.get(id);
  }

  pendingInvitations(conversation: SimulatedConversation): readonly Invitation[] {
    return [...this.#invitations.values()].filter((other) => other.conversation === conversation && other.pending);
  }

  threadExists(threadId: string): boolean {
    return this.conversations.some((conversation) => !conversation.ended && conversation.threadId === threadId);
  }

  /** Nobody waits for an answer any more. */
  stop(): void {
    for (const invitation of this.#invitations.values()) invitation.stopWaiting();
  }

  /** Whether the application uses this operation id for the first time. */
  claimOperationId(application: TrustedApplication, operationId: string): boolean {
    const key = `${application.id} ${operationId}`;
    if (this.#operationIds.has(key)) return false;
    this.#operationIds.add(key);
    return true;
  }
}
