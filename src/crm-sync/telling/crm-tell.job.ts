import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Caller } from '../../auth/caller.js';
import { Conflict, InvalidInput, NotFound } from '../../common/errors/liaison-error.js';
import { isJsonObject, textOf } from '../../common/json/json.js';
import { firstRowOf } from '../../database/rows.js';
import { type Job, type JobHandler, type JobOutcome } from '../../outbox/job.js';
import { type PosterChoice } from '../../posts/poster-choice.js';
import { PostsService } from '../../posts/posts.service.js';
import { crmTellKind } from './crm-tell.js';

interface Target {
  readonly connectionId: string;
  readonly isTaken: boolean;
}

const target = `
  select connection_id as "connectionId",
         exists (select from posts where tenant_id = $1 and requested_by = $3 and idempotency_key = $4) as "isTaken"
  from spaces where tenant_id = $1 and id = $2`;

const ownersGrant = `
  select subject_external_id as "user" from grants
  where connection_id = $1 and tenant_id = $2 and state = 'active' and lower(subject_email) = lower($3)
  order by activated_at desc limit 1`;

/** Takes the post that tells a space what became of a record: in its owner's name where they allowed it, else as the app. */
@Injectable()
export class CrmTellJob implements JobHandler {
  readonly kind = crmTellKind;
  readonly retryScope = 'posts:write';

  constructor(
    private readonly dataSource: DataSource,
    private readonly posts: PostsService,
  ) {}

  async run({ tenantId, connectionId, key, payload }: Job): Promise<JobOutcome> {
    const spaceId = textIn(payload, 'spaceId');
    const caller: Caller = { tenantId, subject: `crm:${connectionId}`, scopes: ['posts:write'] };
    const name = `crm-news/${key}`;
    const found = await firstRowOf<Target>(this.dataSource, target, [tenantId, spaceId, caller.subject, name]);
    if (found === undefined) return { kind: 'failed', reason: 'no-such-space' };
    if (found.isTaken) return { kind: 'done' };
    const owner = await firstRowOf<{ user: string }>(this.dataSource, ownersGrant, [
      found.connectionId,
      tenantId,
      textIn(payload, 'ownerEmail'),
    ]);
    const as: PosterChoice = owner === undefined ? 'app' : { user: owner.user };
    const text = textIn(payload, owner === undefined ? 'textOfApp' : 'text');
    try {
      await this.posts.take(caller, name, { connectionId: found.connectionId, spaceId, as, content: { text } });
    } catch (error) {
      // The consent may have ended in this moment, or another copy of this job may have been faster: the next try sees it.
      if (error instanceof Conflict) return { kind: 'retry', reason: 'not-taken' };
      if (error instanceof InvalidInput || error instanceof NotFound) return { kind: 'failed', reason: 'not-taken' };
      throw error;
    }
    return { kind: 'done' };
  }
}

function textIn(payload: Job['payload'], name: string): string {
  return (isJsonObject(payload) ? textOf(payload, name) : undefined) ?? '';
}
