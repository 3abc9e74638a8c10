import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { AuthorizationDto, AuthorizationPage, AuthorizationsQuery } from './authorization.dto.js';
import { AuthorizationsQueries } from './authorizations.queries.js';

@ApiTags('authorizations')
@ForCallers()
@RequireScope('events:read')
@Controller('v1/authorizations')
export class AuthorizationsController {
  constructor(private readonly queries: AuthorizationsQueries) {}

  @Get()
  @NotAudited('says which organisations allow the app what')
  @ApiOperation({ operationId: 'listAuthorizations', summary: 'Which organisations allow the app what, newest first' })
  @ApiOkResponse({ type: AuthorizationPage })
  list(@CurrentCaller() caller: Caller, @Query() query: AuthorizationsQuery): Promise<Page<AuthorizationDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Get(':id')
  @NotAudited('says what an organisation allows the app')
  @ApiOperation({ operationId: 'getAuthorization', summary: 'One authorization' })
  @ApiOkResponse({ type: AuthorizationDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<AuthorizationDto> {
    return this.queries.get(caller.tenantId, id);
  }
}
