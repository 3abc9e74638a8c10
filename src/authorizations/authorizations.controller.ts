import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuthGuard, RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { AuthorizationDto, AuthorizationPage, AuthorizationsQuery } from './authorization.dto.js';
import { AuthorizationsQueries } from './authorizations.queries.js';

@ApiTags('authorizations')
@ApiBearerAuth()
@UseGuards(AuthGuard)
@RequireScope('events:read')
@Controller('v1/authorizations')
export class AuthorizationsController {
  constructor(private readonly queries: AuthorizationsQueries) {}

  @Get()
  @ApiOperation({ summary: 'Which organisations allow the app what, newest first' })
  @ApiOkResponse({ type: AuthorizationPage })
  list(@CurrentCaller() caller: Caller, @Query() query: AuthorizationsQuery): Promise<Page<AuthorizationDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One authorization' })
  @ApiOkResponse({ type: AuthorizationDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<AuthorizationDto> {
    return this.queries.get(caller.tenantId, id);
  }
}
