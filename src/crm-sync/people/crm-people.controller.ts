import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { NotAudited } from '../../audit/audit-rule.js';
import { ForCallers } from '../../audit/for-callers.js';
import { RequireScope } from '../../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../../auth/caller.js';
import { type Page } from '../../common/http/page.js';
import { IdParam } from '../../common/http/id.param.js';
import { CrmPeopleQuery, CrmPersonPage, type CrmPersonDto } from './crm-people.dto.js';
import { CrmPeopleQueries } from './crm-people.queries.js';

@ApiTags('crm')
@ForCallers()
@RequireScope('events:read')
@Controller('v1/crm/connections/:id/people')
export class CrmPeopleController {
  constructor(private readonly queries: CrmPeopleQueries) {}

  @Get()
  @NotAudited('shows who is in a space, not what was said')
  @ApiOperation({ operationId: 'listCrmPeople', summary: 'Who the members of spaces are in a CRM, by e-mail address' })
  @ApiOkResponse({ type: CrmPersonPage })
  list(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Query() query: CrmPeopleQuery,
  ): Promise<Page<CrmPersonDto>> {
    return this.queries.page(caller.tenantId, id, query);
  }
}
