import { type ConversationHrefs, type InvitationKind } from './hrefs.js';
import { prefixed, type RelPrefix } from './wire-format.js';

export type Resource = Readonly<Record<string, unknown>>;
type Links = Readonly<Record<string, unknown>>;

/** `conversation.state` as far as this double goes through it. */
export type ConversationState = 'Incoming' | 'Connecting' | 'Connected' | 'Conferenced' | 'Disconnected';
export type MessagingState = 'Connecting' | 'Connected' | 'Disconnected';
export type InvitationState = 'Connecting' | 'Connected' | 'Declined' | 'Cancelled' | 'Failed';
export type Importance = 'Normal' | 'Urgent' | 'Emergency';

export interface ConversationView {
  readonly state: ConversationState;
  readonly messagingState: MessagingState;
  readonly importance: Importance;
  readonly threadId: string;
  readonly subject: string;
  readonly bridged: boolean;
}

export interface PersonView {
  readonly uri: string;
  readonly name: string;
}

export interface MessageView {
  readonly number: number;
  readonly direction: 'Incoming' | 'Outgoing';
  readonly timeStamp: string;
  readonly operationId?: string | undefined;
  readonly content?: { readonly rel: 'plainMessage' | 'htmlMessage'; readonly href: string };
  readonly sender?: PersonView;
  readonly failedFor?: readonly PersonView[];
}

export interface InvitationView {
  readonly id: string;
  readonly kind: InvitationKind;
  readonly direction: 'Incoming' | 'Outgoing';
  readonly state: InvitationState;
  readonly operationId: string;
  readonly importance: Importance;
  readonly subject: string;
  readonly threadId: string;
  readonly to: string;
  readonly from?: PersonView;
  readonly offersAccept: boolean;
  /** The href of the first message, where UCWA puts it. */
  readonly message?: string;
  readonly customContent?: string | undefined;
}

/** The resources of one conversation as JSON, with the prefix that the reader is to see. */
export class ConversationResources {
  constructor(
    private readonly prefix: RelPrefix,
    private readonly hrefs: ConversationHrefs,
  ) {}

  rel(name: string): string {
    return prefixed(this.prefix, name);
  }

  conversation(view: ConversationView): Resource {
    const over = view.state === 'Disconnected';
    return {
      state: view.state,
      importance: view.importance,
      threadId: view.threadId,
      subject: view.subject,
      activeModalities: view.messagingState === 'Connected' ? ['Messaging'] : [],
      onlineMeetingLobbyStatus: 'None',
      _links: {
        ...this.#link('self', this.hrefs.conversation),
        ...this.#link('messaging', this.hrefs.messaging),
        ...(over ? {} : this.#link('participants', this.hrefs.participants)),
        ...(over ? {} : this.#link('addParticipant', this.hrefs.addParticipant)),
        ...(view.bridged ? this.#link('conversationBridge', this.hrefs.bridge) : {}),
      },
      rel: this.rel('conversation'),
    };
  }

  /** Each link is there only while it can be used. */
  messaging({ messagingState: state }: ConversationView): Resource {
    const connected = {
      ...this.#link('stopMessaging', this.hrefs.under('messaging', 'terminate')),
      ...this.#link('sendMessage', this.hrefs.under('messaging', 'messages')),
      ...this.#link('setIsTyping', this.hrefs.under('messaging', 'typing')),
      ...this.#link('typingParticipants', this.hrefs.under('messaging', 'typingParticipants')),
    };
    return {
      state,
      negotiatedMessageFormats: ['Html', 'Plain'],
      _links: {
        ...this.#link('self', this.hrefs.messaging),
        ...this.#link('conversation', this.hrefs.conversation),
        ...(state === 'Connected' ? connected : {}),
        ...(state === 'Disconnected'
          ? this.#link('addMessaging', this.hrefs.under('messaging', 'messagingInvitations'))
          : {}),
      },
      rel: this.rel('messaging'),
    };
  }

  /** Failed recipients are a list of links under one name. Only what people wrote carries its text. */
  message(view: MessageView): Resource {
    const { sender, content } = view;
    return {
      direction: view.direction,
      timeStamp: view.timeStamp,
      ...(view.operationId === undefined ? {} : { operationId: view.operationId }),
      _links: {
        ...this.#link('self', this.messageHref(view.number)),
        ...this.#link('messaging', this.hrefs.messaging),
        ...(content === undefined ? {} : this.#link(content.rel, content.href)),
        ...(sender === undefined ? {} : this.#link('participant', this.hrefs.participant(sender.uri), sender.name)),
        ...(view.failedFor === undefined
          ? {}
          : {
              [this.rel('failedDeliveryParticipant')]: view.failedFor.map(({ uri, name }) => ({
                href: this.hrefs.participant(uri),
                title: name,
              })),
            }),
      },
      rel: this.rel('message'),
      ...(sender === undefined ? {} : { _embedded: { [this.rel('senderParticipant')]: [this.participant(sender)] } }),
    };
  }

  messageHref(number: number): string {
    return this.hrefs.under('messaging', `messages/${number}`);
  }

  participant({ uri, name }: PersonView): Resource {
    return {
      uri,
      name,
      _links: {
        ...this.#link('self', this.hrefs.participant(uri)),
        ...this.#link('conversation', this.hrefs.conversation),
        ...this.#link('participantMessaging', this.hrefs.participantMessaging(uri)),
      },
      rel: this.rel('participant'),
    };
  }

  invitation(view: InvitationView, application: Resource | undefined): Resource {
    const { kind, from, customContent, message } = view;
    const outgoingMessaging = kind === 'messagingInvitation' && view.direction === 'Outgoing';
    return {
      direction: view.direction,
      state: view.state,
      operationId: view.operationId,
      importance: view.importance,
      threadId: view.threadId,
      subject: view.subject,
      to: view.to,
      _links: {
        ...this.#link('self', this.hrefs.invitation(kind, view.id)),
        ...this.#link('conversation', this.hrefs.conversation),
        ...(view.state === 'Connecting' && view.direction === 'Incoming' ? this.#answers(view) : {}),
        ...(view.state === 'Connecting' && outgoingMessaging
          ? this.#link('cancel', this.hrefs.under('messaging', 'terminate'))
          : {}),
        ...(message === undefined ? {} : this.#link('message', message)),
        ...(customContent === undefined ? {} : this.#link('customContent', customContent)),
      },
      ...(from === undefined
        ? {}
        : {
            _embedded: {
              [this.rel('from')]: this.participant(from),
              ...(application === undefined ? {} : { [this.rel('application')]: application }),
            },
          }),
      rel: this.rel(kind),
    };
  }

  #answers({ id, offersAccept }: InvitationView): Links {
    const href = (action: string): string => this.hrefs.invitation('messagingInvitation', id, action);
    return {
      ...(offersAccept ? this.#link('accept', href('accept')) : {}),
      ...this.#link('decline', href('decline')),
      ...this.#link('acceptAndBridge', href('acceptAndBridge')),
    };
  }

  bridge(meeting: string): Resource {
    return {
      onlineMeetingUri: meeting,
      _links: {
        ...this.#link('self', this.hrefs.bridge),
        ...this.#link('bridgedParticipants', this.hrefs.under('conversationBridge', 'bridgedParticipants')),
      },
      rel: this.rel('conversationBridge'),
    };
  }

  #link(name: string, href: string, title?: string): Links {
    return { [this.rel(name)]: { href, ...(title === undefined ? {} : { title }) } };
  }
}
