import { Inject, Injectable } from '@nestjs/common';
import { Conflict, InvalidInput, NotFound } from '../common/errors/liaison-error.js';
import { PUBLIC_URL, type PublicUrl } from '../common/http/public-url.js';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { OUTBOUND, type HttpCaller } from '../common/outbound/http-caller.js';
import { accountOf } from '../connections/connection-account.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { OperationTable } from '../operations/operation-table.js';
import {
  type ConversationActor,
  type KnownConversation,
  type NewConversation,
} from '../platforms/conversation-acts.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { type SayInConversation } from './conversation-acts.dto.js';
import { ConversationsQueries } from './conversations.queries.js';

/** Acts in conversations for callers. Each call waits for the platform's answer, which says that the act was taken. */
@Injectable()
export class ConversationActsService {
  /** A changed connection is another object, so its actor goes with it. */
  readonly #actors = new WeakMap<OpenConnection, ConversationActor>();

  constructor(
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
    @Inject(PUBLIC_URL) private readonly publicUrl: PublicUrl,
    private readonly directory: ConnectionDirectory,
    private readonly operations: OperationTable,
    private readonly queries: ConversationsQueries,
  ) {}

  /** Throws `NotFound` for another tenant's connection, `InvalidInput` where its platform has no conversations. */
  async start(
    tenantId: string,
    connectionId: string,
    conversation: Omit<NewConversation, 'operationId'> & { readonly operationId?: string },
  ): Promise<string> {
    const operationId = conversation.operationId ?? uuidV7();
    await this.#actorOf(tenantId, connectionId).start({ ...conversation, operationId });
    return operationId;
  }

  async accept(tenantId: string, id: string, endpoint: string): Promise<void> {
    const { actor, known } = await this.#known(tenantId, id, endpoint);
    await actor.accept(known);
  }

  async decline(tenantId: string, id: string, endpoint: string): Promise<void> {
    const { actor, known } = await this.#known(tenantId, id, endpoint);
    await actor.decline(known);
  }

  async end(tenantId: string, id: string, endpoint: string): Promise<void> {
    const { actor, known } = await this.#known(tenantId, id, endpoint);
    await actor.end(known);
  }

  async say(tenantId: string, id: string, said: SayInConversation): Promise<string> {
    const { actor, known } = await this.#known(tenantId, id, said.endpoint);
    const operationId = said.operationId ?? uuidV7();
    await actor.send(known, { operationId, content: said.content, contentType: said.contentType });
    return operationId;
  }

  /** Throws `Conflict` for a conversation whose invitation we were not told of: there is nothing to act by. */
  async #known(
    tenantId: string,
    id: string,
    endpoint: string,
  ): Promise<{ readonly actor: ConversationActor; readonly known: KnownConversation }> {
    const conversation = await this.queries.get(tenantId, id);
    if (conversation.invitation === null) {
      throw new Conflict({ detail: 'No invitation of this conversation is known, so there is nothing to act by.' });
    }
    return {
      actor: this.#actorOf(tenantId, conversation.connectionId),
      known: { endpoint, invitationExternalId: conversation.invitation.externalId },
    };
  }

  #actorOf(tenantId: string, connectionId: string): ConversationActor {
    const connection = this.directory.get(connectionId);
    if (connection?.tenantId !== tenantId) throw new NotFound({ detail: 'There is no such connection.' });
    const known = this.#actors.get(connection);
    if (known !== undefined) return known;
    const acts = this.platforms.find((platform) => platform.id === connection.platform)?.conversations;
    if (acts === undefined) {
      throw new InvalidInput({
        detail: 'The platform of this connection has no conversations that an app can act in.',
        faults: [{ pointer: '/connectionId', detail: 'belongs to a platform without such conversations' }],
      });
    }
    const webhookUrl = `${this.publicUrl()}/webhooks/${connection.platform}/${connection.id}`;
    const actor = acts(accountOf(connection), this.http, this.operations.ledgerOf(connection), webhookUrl);
    this.#actors.set(connection, actor);
    return actor;
  }
}
