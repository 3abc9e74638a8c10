import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { type Page } from '../common/http/page.js';
import { IdParam } from '../common/http/id.param.js';
import { PastQuery } from '../events/past/past.dto.js';
import { MemberPage, MembersQuery, SpaceDto, SpacePage, SpacesQuery, type MemberDto } from './space.dto.js';
import { SpacesQueries } from './spaces.queries.js';

@ApiTags('spaces')
@ForCallers()
@RequireScope('events:read')
@Controller('v1/spaces')
export class SpacesController {
  constructor(private readonly queries: SpacesQueries) {}

  @Get()
  @NotAudited('shows names of spaces, not what was said')
  @ApiOperation({ operationId: 'listSpaces', summary: 'Spaces as they are, or as they were' })
  @ApiOkResponse({ type: SpacePage })
  list(@CurrentCaller() caller: Caller, @Query() query: SpacesQuery): Promise<Page<SpaceDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Get(':id')
  @NotAudited('shows the name of a space, not what was said')
  @ApiOperation({ operationId: 'getSpace', summary: 'One space, as it is or as it was' })
  @ApiOkResponse({ type: SpaceDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam, @Query() query: PastQuery): Promise<SpaceDto> {
    return this.queries.get(caller.tenantId, id, query);
  }

  @Get(':id/members')
  @NotAudited('shows who is in a space, not what was said')
  @ApiOperation({ operationId: 'listMembers', summary: 'Who is in a space, or was' })
  @ApiOkResponse({ type: MemberPage })
  members(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Query() query: MembersQuery,
  ): Promise<Page<MemberDto>> {
    return this.queries.members(caller.tenantId, id, query);
  }
}
