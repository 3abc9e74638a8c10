import { type HttpCall } from '../common/http-exchange.js';
import { type ApiAnswer, prefixFor, resourceAnswer } from './api-answer.js';
import { ApiRefusal } from './api-error.js';
import { Invitation } from './invitation.js';
import { checkedOperationId, inviteRequest, jsonMembers, startRequest, text } from './operation-request.js';
import { SimulatedConversation } from './simulated-conversation.js';
import { type ApplicationEndpoint } from './trusted-application.js';
import { type World } from './world.js';

/** Whether a conversation's webhook can be reached, decided before anything starts. */
export type ReachabilityCheck = (endpoint: ApplicationEndpoint, url: string) => Promise<boolean>;

/** Starting conversations, inviting into them, and answering invitations. */
export class CommunicationEndpoint {
  constructor(
    private readonly world: World,
    private readonly reachable: ReachabilityCheck,
  ) {}

  /**
   * `startMessaging`. Without an address for events, or with one that nobody answers at, nothing starts: 400 with
   * CallbackUriUnreachable.
   */
  async startMessaging(call: HttpCall, endpoint: ApplicationEndpoint): Promise<ApiAnswer> {
    if (!endpoint.application.permissions.includes('instantMessaging')) throw new ApiRefusal('Forbidden');
    const request = startRequest(call);
    const callbackUrl = request.callbackUrl ?? endpoint.application.callbackUrl;
    if (callbackUrl === undefined) throw new ApiRefusal('BadRequest', undefined, 'There is no callback URL.');
    if (request.threadId !== undefined && this.world.threadExists(request.threadId)) {
      throw new ApiRefusal('Conflict', 'ThreadIdAlreadyExists', 'The thread id is in use.');
    }
    this.#claim(endpoint, request.operationId);
    if (!(await this.reachable(endpoint, callbackUrl))) {
      const message = "Exception of type 'PlatformService.Web.ValidationException' was thrown.";
      throw new ApiRefusal('BadRequest', 'CallbackUriUnreachable', message);
    }
    const conversation = new SimulatedConversation({ ...request, endpoint, state: 'Connecting' }, this.world);
    this.world.addConversation(conversation);
    return this.#invited('messagingInvitation', conversation, request);
  }

  /** `addMessaging`: writing to the same person again, in a conversation whose messages had stopped. */
  addMessaging(call: HttpCall, conversation: SimulatedConversation): ApiAnswer {
    if (conversation.messagingState !== 'Disconnected') throw conflict('Messaging has not stopped.');
    const [person] = conversation.participants;
    if (person === undefined) throw conflict('Nobody is left.');
    const operationId = checkedOperationId(text(jsonMembers(call), 'operationId', 1_000));
    this.#claim(conversation.endpoint, operationId);
    conversation.reconnect();
    return this.#invited('messagingInvitation', conversation, { operationId, to: person.uri });
  }

  /** `addParticipant`; the conversation is named in the query of the link. */
  addParticipant(call: HttpCall, endpoint: ApplicationEndpoint): ApiAnswer {
    const conversation = this.world.conversation(call.query.get('conversation') ?? '');
    if (conversation?.endpoint !== endpoint || conversation.ended) throw new ApiRefusal('NotFound');
    if (conversation.messagingState !== 'Connected') throw conflict('The conversation is not connected.');
    const request = inviteRequest(jsonMembers(call));
    this.#claim(endpoint, request.operationId);
    return this.#invited('participantInvitation', conversation, request);
  }

  read(call: HttpCall, invitation: Invitation): ApiAnswer {
    return resourceAnswer(invitation.resource(prefixFor(call, this.world.format())));
  }

  /** There only when the invitation shows the link. */
  accept(invitation: Invitation): ApiAnswer {
    if (!this.world.format().acceptLink) throw new ApiRefusal('NotFound');
    mustBeOpen(invitation);
    return { status: 204, consequence: consequence(invitation, () => invitation.accept()) };
  }

  decline(call: HttpCall, invitation: Invitation): ApiAnswer {
    const reason = text(jsonMembers(call), 'reason', 50);
    if (reason !== undefined && !['Local', 'Global'].includes(reason)) {
      throw new ApiRefusal('BadRequest', 'ParameterValidationFailure', 'reason is Local or Global.');
    }
    mustBeOpen(invitation);
    const declined = { code: 'LocalFailure', subcode: 'Declined', message: 'The invitation was declined.' };
    return { status: 204, consequence: consequence(invitation, () => invitation.fail('Declined', declined)) };
  }

  /** Sources disagree on the name that others see; either property is taken. */
  acceptAndBridge(call: HttpCall, invitation: Invitation): ApiAnswer {
    const members = jsonMembers(call);
    const meeting = text(members, 'onlineMeetingUri', 1_000);
    if (meeting?.startsWith('sip:') !== true) {
      throw new ApiRefusal('BadRequest', 'ParameterValidationFailure', 'onlineMeetingUri is no sip address.');
    }
    text(members, 'impersonatedDisplayName', 250);
    text(members, 'localUserDisplayName', 250);
    mustBeOpen(invitation);
    return { status: 200, consequence: consequence(invitation, () => invitation.accept(meeting)) };
  }

  #invited(
    kind: Invitation['kind'],
    conversation: SimulatedConversation,
    request: { readonly operationId: string; readonly to: string; readonly customContent?: string | undefined },
  ): ApiAnswer {
    const { clock, format, poolUrl } = this.world;
    const person = this.world.person(request.to);
    const invitation = new Invitation({ kind, direction: 'Outgoing', conversation, person, clock, format, ...request });
    this.world.addInvitation(invitation);
    return {
      status: 201,
      headers: locationHeader(format().location, poolUrl(), invitation.href),
      consequence: consequence(invitation, () => invitation.start()),
    };
  }

  #claim(endpoint: ApplicationEndpoint, operationId: string): void {
    if (this.world.claimOperationId(endpoint.application, operationId)) return;
    const message = 'The requested resource already exists. Please wait and try again.';
    throw new ApiRefusal('Conflict', 'AlreadyExists', message);
  }
}

export function locationHeader(
  form: 'relative' | 'absolute' | 'missing',
  base: string,
  href: string,
): Readonly<Record<string, string>> {
  if (form === 'missing') return {};
  return { Location: form === 'relative' ? href : `${base}${href}` };
}

function mustBeOpen(invitation: Invitation): void {
  if (!invitation.pending || invitation.direction !== 'Incoming') throw conflict('The invitation is not open.');
}

function conflict(message: string): ApiRefusal {
  return new ApiRefusal('Conflict', undefined, message);
}

function consequence(invitation: Invitation, action: () => void): NonNullable<ApiAnswer['consequence']> {
  return { lane: invitation.conversation.id, action };
}
