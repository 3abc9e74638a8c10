import { type OperationLedger } from './operation.js';
import { type PlatformAccount } from './platform-account.js';
import { type HttpCaller } from '../common/outbound/http-caller.js';

/** A conversation to be begun. */
export interface NewConversation {
  /** Ours to choose, new for each act, of 1 to 50 characters; the facts of the act repeat it. */
  readonly operationId: string;
  /** Which of the app's own addresses begins it. */
  readonly endpoint: string;
  readonly to: string;
  readonly subject?: string;
  readonly importance?: 'Normal' | 'Urgent' | 'Emergency';
  /** A text that comes back with every call of the conversation. */
  readonly callbackContext?: string;
}

/** A conversation that there is: by the invitation that it began with, and the app's address that takes part in it. */
export interface KnownConversation {
  readonly endpoint: string;
  readonly invitationExternalId: string;
}

/** A text of ours. */
export interface ConversationMessage {
  readonly operationId: string;
  readonly contentType: 'text/plain' | 'text/html';
  readonly content: string;
}

/**
 * Acts in the conversations of one connection. An act that is answered is taken, not done: its facts tell how it ends. Keep
 * one object per connection, as it holds tokens and what was discovered.
 */
export interface ConversationActor {
  start(conversation: NewConversation): Promise<void>;
  accept(conversation: KnownConversation): Promise<void>;
  decline(conversation: KnownConversation): Promise<void>;
  send(conversation: KnownConversation, message: ConversationMessage): Promise<void>;
  end(conversation: KnownConversation): Promise<void>;
}

/** Makes the actor of a connection; `webhookUrl` is where the platform calls us. */
export type ConversationActs = (
  account: PlatformAccount,
  http: HttpCaller,
  ledger: OperationLedger,
  webhookUrl: string,
) => ConversationActor;
