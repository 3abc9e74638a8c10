import { type ApplicationEndpoint } from './trusted-application.js';

const root = '/platformservice';

/** Relative hrefs outside conversations. The sip address stands in the query as it is. */
export class EndpointHrefs {
  constructor(private readonly endpoint: ApplicationEndpoint) {}

  get application(): string {
    return this.#plain('');
  }

  get communication(): string {
    return this.#plain('/communication');
  }

  get startMessaging(): string {
    return this.#plain('/communication/messagingInvitations');
  }

  get adhocMeetings(): string {
    return this.#plain('/adhocMeetings');
  }

  get anonApplicationTokens(): string {
    return this.#plain('/anonApplicationTokens');
  }

  #plain(path: string): string {
    return `${root}/v1/applications/${this.endpoint.application.id}${path}?endpointId=${this.endpoint.sip}`;
  }
}

/** Relative hrefs of one conversation, with the ticket that captures show in them. */
export class ConversationHrefs {
  constructor(
    private readonly endpoint: ApplicationEndpoint,
    private readonly conversationId: string,
  ) {}

  get communication(): string {
    return new EndpointHrefs(this.endpoint).communication;
  }

  get application(): string {
    return new EndpointHrefs(this.endpoint).application;
  }

  get conversation(): string {
    return this.#inConversation('');
  }

  get messaging(): string {
    return this.#inConversation('/messaging');
  }

  get bridge(): string {
    return this.#inConversation('/conversationBridge');
  }

  get addParticipant(): string {
    return `${this.#communication('/participantInvitations')}&conversation=${this.conversationId}`;
  }

  under(path: 'messaging' | 'conversationBridge', rest: string): string {
    return this.#inConversation(`/${path}/${rest}`);
  }

  get participants(): string {
    return this.#inConversation('/participants');
  }

  /** A sip address loses its scheme here; a telephone number keeps it, with its plus sign unescaped. */
  participant(uri: string): string {
    return this.#inConversation(`/participants/${uri.replace(/^sip:/, '')}`);
  }

  participantMessaging(uri: string): string {
    return this.#inConversation(`/participants/${uri.replace(/^sip:/, '')}/messaging`);
  }

  invitation(kind: InvitationKind, id: string, action?: string): string {
    return this.#communication(`/${kind}s/${id}${action === undefined ? '' : `/${action}`}`);
  }

  /** The address of a body among those of this conversation. */
  events(ack: number): string {
    const { application, sip, ticket } = this.endpoint;
    const key = encodeURIComponent(`${application.id}~${sip}~${this.conversationId}`);
    return `${root}/${ticket}/v1/applications/${application.id}/events?ack=${ack}&key=${key}`;
  }

  #inConversation(path: string): string {
    return this.#communication(`/conversations/${this.conversationId}${path}`);
  }

  #communication(path: string): string {
    const { application, sip, ticket } = this.endpoint;
    return `${root}/${ticket}/v1/applications/${application.id}/communication${path}?endpointId=${sip}`;
  }
}

export type InvitationKind = 'messagingInvitation' | 'participantInvitation';
