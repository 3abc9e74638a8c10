import { type AuthorizationDto } from '../src/authorizations/authorization.dto.js';
import { type ConnectionDto } from '../src/connections/connection.dto.js';
import { type ConversationDto } from '../src/conversations/conversation.dto.js';
import { type EventDto } from '../src/events/event.dto.js';
import { type GrantDto, type StartedGrantDto } from '../src/grants/grant.dto.js';
import { type DeliveryDetailDto, type DeliveryDto, type DeliveryStatus } from '../src/lanes/delivery.dto.js';
import { type MessageDto } from '../src/messages/message.dto.js';
import { type ReactionDto } from '../src/messages/reaction.dto.js';
import { type JobDto } from '../src/outbox/job.dto.js';
import { type PostDto } from '../src/posts/post.dto.js';
import { type RegistrationDto } from '../src/registrations/registration.dto.js';
import { type MemberDto, type SpaceDto } from '../src/spaces/space.dto.js';
import { MetricsReading } from './metrics-reading.js';

interface AnyPage {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

const patienceMs = 10_000;

/** The REST API as a caller uses it, whole lists at a time. What it answers has the shape that /docs describes. */
export class LiaisonClient {
  constructor(
    readonly baseUrl: string,
    private readonly key: string,
  ) {}

  async createConnection(body: object): Promise<ConnectionDto> {
    return (await this.#json('POST', '/v1/connections', body)) as ConnectionDto;
  }

  async createCrmConnection(body: object): Promise<ConnectionDto> {
    return (await this.#json('POST', '/v1/crm/connections', body)) as ConnectionDto;
  }

  async linkToCrm(body: object): Promise<void> {
    await this.#json('POST', '/v1/crm/links', body);
  }

  async changeConnection(id: string, body: object): Promise<void> {
    await this.#json('PATCH', `/v1/connections/${id}`, body);
  }

  async registrations(connectionId: string): Promise<readonly RegistrationDto[]> {
    return (await this.#all(`/v1/connections/${connectionId}/registrations`, {})) as RegistrationDto[];
  }

  async spaces(connectionId: string): Promise<readonly SpaceDto[]> {
    return (await this.#all('/v1/spaces', { connectionId })) as SpaceDto[];
  }

  /** Also those who have left. */
  async members(spaceId: string): Promise<readonly MemberDto[]> {
    return (await this.#all(`/v1/spaces/${spaceId}/members`, { includeFormer: 'true' })) as MemberDto[];
  }

  /** In the order in which they were written. */
  async messages(spaceId: string): Promise<readonly MessageDto[]> {
    return (await this.#all(`/v1/spaces/${spaceId}/messages`, { order: 'asc' })) as MessageDto[];
  }

  async messagesWith(connectionId: string, q: string): Promise<readonly MessageDto[]> {
    return (await this.#all('/v1/messages', { connectionId, q })) as MessageDto[];
  }

  async history(messageId: string): Promise<readonly EventDto[]> {
    return (await this.#all(`/v1/messages/${messageId}/history`, {})) as EventDto[];
  }

  async reactions(spaceId: string): Promise<readonly ReactionDto[]> {
    return (await this.#all('/v1/reactions', { spaceId, order: 'asc' })) as ReactionDto[];
  }

  async authorizations(connectionId: string): Promise<readonly AuthorizationDto[]> {
    return (await this.#all('/v1/authorizations', { connectionId })) as AuthorizationDto[];
  }

  async conversations(connectionId: string): Promise<readonly ConversationDto[]> {
    return (await this.#all('/v1/conversations', { connectionId })) as ConversationDto[];
  }

  async startGrant(connectionId: string): Promise<StartedGrantDto> {
    return (await this.#json('POST', '/v1/grants', { connectionId })) as StartedGrantDto;
  }

  async grant(id: string): Promise<GrantDto> {
    return (await this.#json('GET', `/v1/grants/${id}`)) as GrantDto;
  }

  async post(idempotencyKey: string, body: object): Promise<PostDto> {
    return (await (
      await this.#request('POST', '/v1/posts', body, { 'idempotency-key': idempotencyKey })
    ).json()) as PostDto;
  }

  async posts(spaceId: string): Promise<readonly PostDto[]> {
    return (await this.#all('/v1/posts', { spaceId })) as PostDto[];
  }

  async postOf(id: string): Promise<PostDto> {
    return (await this.#json('GET', `/v1/posts/${id}`)) as PostDto;
  }

  /** What was done in the name of whoever gave this grant. */
  async delegations(grantId: string): Promise<readonly unknown[]> {
    return this.#all('/v1/delegations', { grantId });
  }

  /** What is still to be asked of the platform's API, and what was given up. */
  async jobs(connectionId: string): Promise<readonly JobDto[]> {
    return (await this.#all('/v1/jobs', { connectionId })) as JobDto[];
  }

  async deliveries(connectionId: string, status?: DeliveryStatus): Promise<readonly DeliveryDto[]> {
    return (await this.#all('/v1/deliveries', {
      connectionId,
      ...(status === undefined ? {} : { status }),
    })) as DeliveryDto[];
  }

  async delivery(id: string): Promise<DeliveryDetailDto> {
    return (await this.#json('GET', `/v1/deliveries/${id}`)) as DeliveryDetailDto;
  }

  async metrics(): Promise<MetricsReading> {
    return new MetricsReading(await (await this.#request('GET', '/metrics')).text());
  }

  async #all(path: string, query: Readonly<Record<string, string>>): Promise<unknown[]> {
    const items: unknown[] = [];
    let cursor: string | null = null;
    do {
      const search: URLSearchParams = new URLSearchParams({
        ...query,
        limit: '200',
        ...(cursor === null ? {} : { cursor }),
      });
      const page = (await this.#json('GET', `${path}?${search.toString()}`)) as AnyPage;
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return items;
  }

  async #json(method: string, path: string, body?: object): Promise<unknown> {
    return (await this.#request(method, path, body)).json();
  }

  async #request(
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patienceMs),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }
}
