import { type HttpCall, mediaType } from '../common/http-exchange.js';
import { type ApiAnswer, prefixFor, resourceAnswer } from './api-answer.js';
import { ApiRefusal } from './api-error.js';
import { locationHeader } from './communication-endpoint.js';
import { checkedOperationId, jsonMembers, text } from './operation-request.js';
import { type SimulatedConversation } from './simulated-conversation.js';
import { type World } from './world.js';

/** What an app does inside a conversation. */
export class ConversationEndpoint {
  constructor(private readonly world: World) {}

  read(call: HttpCall, conversation: SimulatedConversation): ApiAnswer {
    return resourceAnswer(this.#resources(call, conversation).conversation(conversation));
  }

  readMessaging(call: HttpCall, conversation: SimulatedConversation): ApiAnswer {
    return resourceAnswer(this.#resources(call, conversation).messaging(conversation));
  }

  readParticipants(call: HttpCall, conversation: SimulatedConversation): ApiAnswer {
    const resources = this.#resources(call, conversation);
    return resourceAnswer({
      _links: { self: { href: conversation.hrefs.participants } },
      _embedded: {
        [resources.rel('participant')]: conversation.participants.map((person) => resources.participant(person)),
      },
      rel: resources.rel('participants'),
    });
  }

  /** The body is the text itself. Only the query parameter `operationId` is looked at, as the reference names it. */
  sendMessage(call: HttpCall, conversation: SimulatedConversation): ApiAnswer {
    mustBeConnected(conversation);
    const type = mediaType(call);
    if (type !== 'text/plain' && type !== 'text/html') {
      throw new ApiRefusal('UnsupportedMediaType', undefined, 'A message is text/plain or text/html.');
    }
    if (call.body.length === 0) throw new ApiRefusal('BadRequest', undefined, 'The message is empty.');
    const given = call.query.get('operationId') ?? undefined;
    const operationId = given === undefined ? undefined : checkedOperationId(given);
    const { application } = conversation.endpoint;
    if (operationId !== undefined && !this.world.claimOperationId(application, operationId)) {
      const message = 'The requested resource already exists. Please wait and try again.';
      throw new ApiRefusal('Conflict', 'AlreadyExists', message);
    }
    const taken = conversation.accept({ type, text: call.body.toString('utf8') }, operationId);
    const href = conversation.resources().messageHref(taken.number);
    return {
      status: 201,
      headers: locationHeader(this.world.format().location, this.world.poolUrl(), href),
      consequence: { lane: conversation.id, action: () => conversation.deliver(taken) },
    };
  }

  setIsTyping(conversation: SimulatedConversation): ApiAnswer {
    mustBeConnected(conversation);
    conversation.appTyped += 1;
    return { status: 204 };
  }

  /** Ends the messages, or an invitation that was not answered; the conversation itself stays after the first. */
  stopMessaging(conversation: SimulatedConversation): ApiAnswer {
    const pending = this.world
      .pendingInvitations(conversation)
      .find(({ kind, direction }) => kind === 'messagingInvitation' && direction === 'Outgoing');
    const ended = { code: 'Informational', subcode: 'Ended', message: null };
    if (pending !== undefined) {
      const canceled = { code: 'LocalFailure', subcode: 'Canceled', message: 'The invitation was canceled.' };
      return { status: 204, consequence: { lane: conversation.id, action: () => pending.fail('Cancelled', canceled) } };
    }
    mustBeConnected(conversation);
    return {
      status: 204,
      consequence: { lane: conversation.id, action: () => conversation.disconnectMessaging(ended) },
    };
  }

  delete(conversation: SimulatedConversation): ApiAnswer {
    const action = (): void => {
      const canceled = { code: 'LocalFailure', subcode: 'Canceled', message: 'The conversation was ended.' };
      for (const invitation of this.world.pendingInvitations(conversation)) invitation.fail('Cancelled', canceled);
      conversation.end();
    };
    return { status: 204, consequence: { lane: conversation.id, action } };
  }

  addBridgedParticipant(call: HttpCall, conversation: SimulatedConversation): ApiAnswer {
    if (!conversation.bridged) throw new ApiRefusal('NotFound');
    const members = jsonMembers(call);
    const uri = text(members, 'participantUri', 500);
    if (uri?.startsWith('sip:') !== true) {
      throw new ApiRefusal('BadRequest', 'ParameterValidationFailure', 'participantUri is no sip address.');
    }
    const name = text(members, 'displayName', 250) ?? '';
    const href = conversation.hrefs.under('conversationBridge', `bridgedParticipants/${uri.slice(4)}`);
    return {
      status: 201,
      headers: locationHeader(this.world.format().location, this.world.poolUrl(), href),
      consequence: { lane: conversation.id, action: () => conversation.bridgeIn({ uri, name }) },
    };
  }

  #resources(call: HttpCall, conversation: SimulatedConversation): ReturnType<SimulatedConversation['resources']> {
    return conversation.resources(prefixFor(call, this.world.format()));
  }
}

/** The links to these exist only while messaging is connected; calling them anyway is a conflict. */
function mustBeConnected(conversation: SimulatedConversation): void {
  if (conversation.messagingState === 'Connected') return;
  throw new ApiRefusal('Conflict', undefined, 'Messaging is not connected.');
}
