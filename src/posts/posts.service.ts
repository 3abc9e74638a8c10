import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Conflict, InvalidInput, NotFound } from '../common/errors/liaison-error.js';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { type Caller } from '../auth/caller.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { firstRowOf } from '../database/rows.js';
import { inTransaction } from '../database/transaction.js';
import { enqueueJobs } from '../outbox/job.js';
import { ORGANIZATION_TOKENS, type OrganizationTokens } from '../platforms/organization-tokens.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { outgoingPost } from './outgoing-post.js';
import { usableConsent } from './post-grants.js';
import { organizationToPostFor } from './post-organizations.js';
import { hashOf, type PostRequest } from './post-request.js';
import { postJobOf } from './post-queue.js';
import { posterOf } from './poster-choice.js';
import { answeredMessage, invitationOf, spaceToPostIn, type AnsweredMessage, type PostSpace } from './post-target.js';

/** Where a request led: a new post, or the one that an earlier try of the same request had made. */
export interface TakenPost {
  readonly id: string;
  readonly isNew: boolean;
}

interface KnownPost {
  readonly id: string;
  readonly requestHash: string;
}

/** Takes posts. Everything that can be checked is checked first; what was taken survives us, with the job that places it. */
@Injectable()
export class PostsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: ConnectionDirectory,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(ORGANIZATION_TOKENS) private readonly organizations: OrganizationTokens,
  ) {}

  /**
   * Requests of one caller under one key are one request: the first makes the post, the others get it. Throws `Conflict` for
   * another request under a key that was used, for a deleted space, for a user who has not allowed it and where it is not known
   * with which organisation's token to post, `NotFound` for another tenant's connection, space and message, `InvalidInput` for
   * what the platform does not take.
   */
  async take(caller: Caller, key: string, request: PostRequest): Promise<TakenPost> {
    const { tenantId, subject } = caller;
    const hash = hashOf(request);
    const known = await knownPost(this.dataSource, caller, key);
    if (known !== undefined) return sameOrConflict(known, hash);
    const connection = await this.#connection(tenantId, request.connectionId);
    const space = await spaceToPostIn(this.dataSource, tenantId, request);
    const answered = await answeredMessage(this.dataSource, space, request.replyTo);
    const id = uuidV7();
    const invitation = await invitationOf(this.dataSource, space.id);
    this.#check(connection, request, { id, space, answered, invitation });
    const { as } = request;
    const organizationExternalId = as === 'app' ? await this.#organization(connection, space) : null;
    return inTransaction(this.dataSource, async (tx) => {
      const grant =
        as === 'app' ? undefined : await usableConsent(tx, { tenantId, connectionId: connection.id, user: as.user });
      if (as !== 'app' && grant === undefined) {
        throw new Conflict({
          detail: 'There is no grant of this user: nobody has allowed the app to post in this name.',
          faults: [{ pointer: '/as/user', detail: 'has no active grant' }],
        });
      }
      const made = await firstRowOf<{ id: string }>(
        tx,
        `insert into posts (id, tenant_id, connection_id, platform, space_id, space_external_id, idempotency_key,
                            request_hash, requested_by, poster, grant_id, content, reply_to, reply_to_external_id, endpoint,
                            organization_external_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14, $15, $16)
         on conflict (tenant_id, requested_by, idempotency_key) do nothing returning id`,
        [
          id,
          tenantId,
          connection.id,
          connection.platform,
          space.id,
          space.externalId,
          key,
          hash,
          subject,
          posterOf(as),
          grant?.id ?? null,
          JSON.stringify(request.content),
          request.replyTo ?? null,
          answered?.threadExternalId ?? null,
          request.endpoint ?? null,
          organizationExternalId,
        ],
      );
      if (made === undefined) {
        // Another copy of the request was faster, and has committed: that is what the insert waited for.
        const first = await knownPost(tx, caller, key);
        if (first === undefined) throw new Conflict({ detail: 'The request is being served already.' });
        return sameOrConflict(first, hash);
      }
      const means = { grantId: grant?.id ?? null, organizationExternalId };
      await enqueueJobs([postJobOf({ id, tenantId, connectionId: connection.id, ...means })], tx);
      return { id, isNew: true };
    });
  }

  /** With whose token the app posts there; null where it has a token of its own. */
  async #organization(connection: OpenConnection, space: PostSpace): Promise<string | null> {
    const access = this.platforms.find(({ id }) => id === connection.platform)?.organizations;
    if (access?.usesTheirTokens(connection.settings) !== true) return null;
    return organizationToPostFor(this.organizations, access, connection, space.organizationExternalId);
  }

  async #connection(tenantId: string, id: string): Promise<OpenConnection> {
    // One that another process has just made is not known here yet.
    if (this.directory.get(id) === undefined) await this.directory.refresh();
    const connection = this.directory.get(id);
    if (connection?.tenantId !== tenantId) throw new NotFound({ detail: 'There is no such connection.' });
    return connection;
  }

  #check(
    connection: OpenConnection,
    request: PostRequest,
    known: {
      readonly id: string;
      readonly space: PostSpace;
      readonly answered: AnsweredMessage | undefined;
      readonly invitation: string | undefined;
    },
  ): void {
    const posting = this.platforms.find(({ id }) => id === connection.platform)?.posting;
    if (posting === undefined) {
      throw new InvalidInput({
        detail: 'The platform of this connection takes no posts.',
        faults: [{ pointer: '/connectionId', detail: 'belongs to a platform that takes no posts' }],
      });
    }
    const post = outgoingPost(
      {
        id: known.id,
        poster: posterOf(request.as),
        content: request.content,
        spaceExternalId: known.space.externalId,
        replyToExternalId: known.answered?.threadExternalId ?? null,
        endpoint: request.endpoint ?? null,
      },
      known.invitation,
    );
    posting.check(post, connection.settings);
  }
}

function knownPost(
  source: DataSource | EntityManager,
  { tenantId, subject }: Caller,
  key: string,
): Promise<KnownPost | undefined> {
  return firstRowOf<KnownPost>(
    source,
    `select id, request_hash as "requestHash" from posts
     where tenant_id = $1 and requested_by = $2 and idempotency_key = $3`,
    [tenantId, subject, key],
  );
}

function sameOrConflict({ id, requestHash }: KnownPost, hash: string): TakenPost {
  if (requestHash === hash) return { id, isNew: false };
  throw new Conflict({
    detail: 'This Idempotency-Key has been used for another request.',
    faults: [{ pointer: 'Idempotency-Key', detail: 'must be new for each request' }],
  });
}
