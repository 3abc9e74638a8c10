import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import {
  DelegationPage,
  DelegationsQuery,
  toDelegationDto,
  type DelegationDto,
  type DelegationRow,
} from './delegation.dto.js';

const cursorKind = 'delegations';

@ApiTags('posts')
@ForCallers()
@RequireScope('events:read')
@Controller('v1/delegations')
export class DelegationsController {
  constructor(private readonly reads: TenantReads) {}

  @Get()
  @NotAudited('is itself a log of acts, without content')
  @ApiOperation({
    operationId: 'listDelegations',
    summary: 'What was done in the name of users: a line for every try, newest first',
  })
  @ApiOkResponse({ type: DelegationPage })
  async list(@CurrentCaller() { tenantId }: Caller, @Query() query: DelegationsQuery): Promise<Page<DelegationDto>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorKind, ['id'], query.cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(before, (place) => `id < ${place}::uuid`)
      .and(query.grantId, (place) => `grant_id = ${place}`)
      .and(query.subject, (place) => `subject_external_id = ${place}`)
      .and(query.connectionId, (place) => `connection_id = ${place}`);
    const rows = await this.reads.rows<DelegationRow>(
      tenantId,
      `select id, grant_id as "grantId", connection_id as "connectionId", subject_external_id as subject, act,
              post_id as "postId", attempt, scopes, requested_by as "requestedBy", rule, evidence, at
       from delegations where ${where.sql} order by id desc limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    return toPage(rows, query.limit, (row) => encodeCursor(cursorKind, [row.id]), toDelegationDto);
  }
}
