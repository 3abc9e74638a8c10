import { type HttpCall } from '../common/http-exchange.js';
import { type MicrosoftIdentitySimulator } from '../common/microsoft-identity/microsoft-identity-simulator.js';
import { type ApiAnswer } from './api-answer.js';
import { ApiRefusal } from './api-error.js';
import { type Caller, callerOf, challengeAnswer } from './caller-authentication.js';
import { type CommunicationEndpoint } from './communication-endpoint.js';
import { type ConversationEndpoint } from './conversation-endpoint.js';
import { type DiscoveryEndpoint } from './discovery-endpoint.js';
import { type Invitation } from './invitation.js';
import { type SimulatedConversation } from './simulated-conversation.js';
import { type ApplicationEndpoint } from './trusted-application.js';
import { type World } from './world.js';

export interface Endpoints {
  readonly discovery: DiscoveryEndpoint;
  readonly communication: CommunicationEndpoint;
  readonly conversation: ConversationEndpoint;
}

/** Which request goes where, and who may make it. */
export class PlatformService {
  constructor(
    private readonly world: World,
    private readonly identity: MicrosoftIdentitySimulator,
    private readonly endpoints: Endpoints,
    private readonly discoveryNeedsToken: boolean,
  ) {}

  /** The public host knows one address and nothing else. */
  publicHost(call: HttpCall): ApiAnswer {
    if (call.path !== '/platformservice/discover') throw new ApiRefusal('NotFound');
    if (call.method !== 'GET') throw new ApiRefusal('MethodNotAllowed');
    const anonymous = !this.discoveryNeedsToken && call.headers.authorization === undefined;
    return anonymous
      ? this.endpoints.discovery.discover(call)
      : this.#as(call, () => this.endpoints.discovery.discover(call));
  }

  /** Everything else. A token is asked for before anything is told apart. */
  async pool(call: HttpCall): Promise<ApiAnswer> {
    return this.#as(call, (caller) => this.#dispatch(call, caller));
  }

  #as<Answer>(call: HttpCall, answer: (caller: Caller) => Answer): Answer | ApiAnswer {
    const caller = callerOf(call, this.identity);
    return caller === undefined
      ? challengeAnswer(this.identity.url, new URL(this.world.poolUrl()).hostname)
      : answer(caller);
  }

  #dispatch(call: HttpCall, caller: Caller): Promise<ApiAnswer> | ApiAnswer {
    const path = /^\/platformservice\/(?:(tgt-[0-9a-f]{32})\/)?v1\/applications(?:\/(\d+)(\/.*)?)?$/.exec(call.path);
    if (path === null) throw new ApiRefusal('NotFound');
    const [, ticket, id, rest = ''] = path;
    const endpoint = this.#endpointOf(call, caller);
    if (id === undefined) return this.endpoints.discovery.applications(call, endpoint);
    if (id !== endpoint.application.id) throw unknownApplication();
    if (ticket === undefined) return this.#plain(call, endpoint, rest);
    if (ticket !== endpoint.ticket) throw new ApiRefusal('NotFound');
    return this.#ticketed(call, endpoint, rest);
  }

  #plain(call: HttpCall, endpoint: ApplicationEndpoint, rest: string): Promise<ApiAnswer> | ApiAnswer {
    switch (`${call.method} ${rest}`) {
      case 'GET ':
        return this.endpoints.discovery.application(call, endpoint);
      case 'POST /communication/messagingInvitations':
        return this.endpoints.communication.startMessaging(call, endpoint);
      default:
        throw new ApiRefusal('NotFound');
    }
  }

  #ticketed(call: HttpCall, endpoint: ApplicationEndpoint, rest: string): ApiAnswer {
    const [, kind, id, action = ''] =
      /^\/communication\/(conversations|messagingInvitations|participantInvitations)(?:\/([^/]+)(\/.*)?)?$/.exec(
        rest,
      ) ?? [];
    if (kind === 'participantInvitations' && id === undefined && call.method === 'POST') {
      return this.endpoints.communication.addParticipant(call, endpoint);
    }
    if (kind === undefined || id === undefined) throw new ApiRefusal('NotFound');
    if (kind === 'conversations') return this.#conversation(call, this.#conversationOf(endpoint, id), action);
    const invitation = this.world.invitation(id);
    if (invitation?.conversation.endpoint !== endpoint || `${invitation.kind}s` !== kind)
      throw new ApiRefusal('NotFound');
    return this.#invitation(call, invitation, action);
  }

  #invitation(call: HttpCall, invitation: Invitation, action: string): ApiAnswer {
    const { communication } = this.endpoints;
    switch (`${call.method} ${action}`) {
      case 'GET ':
        return communication.read(call, invitation);
      case 'POST /accept':
        return communication.accept(invitation);
      case 'POST /decline':
        return communication.decline(call, invitation);
      case 'POST /acceptAndBridge':
        return communication.acceptAndBridge(call, invitation);
      default:
        throw new ApiRefusal('NotFound');
    }
  }

  #conversation(call: HttpCall, found: SimulatedConversation, action: string): ApiAnswer {
    const { communication, conversation } = this.endpoints;
    switch (`${call.method} ${action}`) {
      case 'GET ':
        return conversation.read(call, found);
      case 'DELETE ':
        return conversation.delete(found);
      case 'GET /messaging':
        return conversation.readMessaging(call, found);
      case 'GET /participants':
        return conversation.readParticipants(call, found);
      case 'POST /messaging/messages':
        return conversation.sendMessage(call, found);
      case 'POST /messaging/typing':
        return conversation.setIsTyping(found);
      case 'POST /messaging/terminate':
        return conversation.stopMessaging(found);
      case 'POST /messaging/messagingInvitations':
        return communication.addMessaging(call, found);
      case 'POST /conversationBridge/bridgedParticipants':
        return conversation.addBridgedParticipant(call, found);
      default:
        throw new ApiRefusal('NotFound');
    }
  }

  /** The query names the endpoint on every address; its tenant must be the token's. */
  #endpointOf(call: HttpCall, { clientId, tenantId }: Caller): ApplicationEndpoint {
    const endpoint = this.world.endpoint(clientId, call.query.get('endpointId') ?? '');
    if (endpoint?.tenant.tenantId !== tenantId) throw unknownApplication();
    if (!endpoint.provisioned) {
      throw new ApiRefusal('NotFound', undefined, 'Failed to perform required BVD operation');
    }
    return endpoint;
  }

  #conversationOf(endpoint: ApplicationEndpoint, id: string): SimulatedConversation {
    const conversation = this.world.conversation(id);
    if (conversation?.endpoint !== endpoint || conversation.ended) {
      throw new ApiRefusal('NotFound', 'ConversationNotFound');
    }
    return conversation;
  }
}

function unknownApplication(): ApiRefusal {
  const message = "Exception of type 'PlatformService.Web.PlatformServiceWebException' was thrown.";
  return new ApiRefusal('Forbidden', 'ApplicationNotFound', message);
}
