import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { type Page } from '../common/http/page.js';
import { AuditPage, AuditQuery, type AuditRecordDto } from './audit.dto.js';
import { AuditQueries } from './audit.queries.js';
import { AuditRead } from './audit-rule.js';
import { ForCallers } from './for-callers.js';

@ApiTags('audit')
@ForCallers()
@RequireScope('admin')
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly queries: AuditQueries) {}

  @Get()
  @AuditRead('audit.list')
  @ApiOperation({ operationId: 'listAuditRecords', summary: 'Who did and read what, newest first' })
  @ApiOkResponse({ type: AuditPage })
  list(@CurrentCaller() caller: Caller, @Query() query: AuditQuery): Promise<Page<AuditRecordDto>> {
    return this.queries.page(caller.tenantId, query);
  }
}
