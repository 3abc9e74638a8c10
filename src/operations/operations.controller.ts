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
  OperationPage,
  OperationsQuery,
  toOperationDto,
  type OperationDto,
  type OperationRow,
} from './operation.dto.js';

const cursorKind = 'operations';

@ApiTags('conversations')
@ForCallers()
@RequireScope('events:read')
@Controller('v1/operations')
export class OperationsController {
  constructor(private readonly reads: TenantReads) {}

  @Get()
  @NotAudited('shows what became of acts, not what was said')
  @ApiOperation({
    operationId: 'listOperations',
    summary: 'Our acts in conversations and what became of them, newest first',
  })
  @ApiOkResponse({ type: OperationPage })
  async list(@CurrentCaller() { tenantId }: Caller, @Query() query: OperationsQuery): Promise<Page<OperationDto>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorKind, ['id'], query.cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(before, (place) => `id < ${place}::uuid`)
      .and(query.connectionId, (place) => `connection_id = ${place}`);
    const rows = await this.reads.rows<OperationRow>(
      tenantId,
      `select id, operation_id as "operationId", connection_id as "connectionId", state, external_id as "externalId",
              reason, created_at as "createdAt", updated_at as "updatedAt"
       from operations where ${where.sql} order by id desc limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    return toPage(rows, query.limit, (row) => encodeCursor(cursorKind, [row.id]), toOperationDto);
  }
}
