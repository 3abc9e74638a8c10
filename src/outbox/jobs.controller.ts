import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuthGuard, RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { JobDto, JobPage, JobsQuery } from './job.dto.js';
import { JobsQueries } from './jobs.queries.js';

@ApiTags('jobs')
@ApiBearerAuth()
@UseGuards(AuthGuard)
@Controller('v1/jobs')
export class JobsController {
  constructor(private readonly queries: JobsQueries) {}

  @Get()
  @RequireScope('events:read')
  @ApiOperation({ summary: 'What is still to be done over the network, and what was given up' })
  @ApiOkResponse({ type: JobPage })
  list(@CurrentCaller() caller: Caller, @Query() query: JobsQuery): Promise<Page<JobDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @RequireScope('connections:write')
  @ApiOperation({ summary: 'Try a job again now' })
  @ApiOkResponse({ type: JobDto })
  retry(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<JobDto> {
    return this.queries.retry(caller.tenantId, id);
  }
}
