import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct, NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { checkScope, CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { JobDto, JobPage, JobsQuery, toJobDto } from './job.dto.js';
import { JobTable } from './job-table.js';
import { JOB_HANDLERS, type JobHandler } from './job.js';
import { JobsQueries } from './jobs.queries.js';

@ApiTags('jobs')
@ForCallers()
@Controller('v1/jobs')
export class JobsController {
  constructor(
    private readonly queries: JobsQueries,
    private readonly table: JobTable,
    @Inject(JOB_HANDLERS) private readonly handlers: readonly JobHandler[],
  ) {}

  @Get()
  @RequireScope('events:read')
  @NotAudited('shows work that waits, without content')
  @ApiOperation({
    operationId: 'listJobs',
    summary: 'What is still to be done over the network, and what was given up',
  })
  @ApiOkResponse({ type: JobPage })
  list(@CurrentCaller() caller: Caller, @Query() query: JobsQuery): Promise<Page<JobDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @RequireScope('connections:write')
  @AuditAct('jobs.retry')
  @ApiOperation({
    operationId: 'retryJob',
    summary: 'Try a job again now; one that places a post needs the scope `posts:write` besides',
  })
  @ApiOkResponse({ type: JobDto })
  async retry(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<JobDto> {
    const { kind } = await this.table.get(caller.tenantId, id);
    const scope = this.handlers.find((handler) => handler.kind === kind)?.retryScope;
    if (scope !== undefined) checkScope(caller, scope);
    return toJobDto(await this.table.tryNow(caller.tenantId, id));
  }
}
