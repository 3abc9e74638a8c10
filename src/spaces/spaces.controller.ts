import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuthGuard, RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { type Page } from '../common/http/page.js';
import { IdParam } from '../common/http/id.param.js';
import { OwnedQuery } from '../common/http/query.dto.js';
import { MemberPage, MembersQuery, SpaceDto, SpacePage, type MemberDto } from './space.dto.js';
import { SpacesQueries } from './spaces.queries.js';

@ApiTags('spaces')
@ApiBearerAuth()
@UseGuards(AuthGuard)
@RequireScope('events:read')
@Controller('v1/spaces')
export class SpacesController {
  constructor(private readonly queries: SpacesQueries) {}

  @Get()
  @ApiOperation({ summary: 'Spaces as they are now' })
  @ApiOkResponse({ type: SpacePage })
  list(@CurrentCaller() caller: Caller, @Query() query: OwnedQuery): Promise<Page<SpaceDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One space' })
  @ApiOkResponse({ type: SpaceDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<SpaceDto> {
    return this.queries.get(caller.tenantId, id);
  }

  @Get(':id/members')
  @ApiOperation({ summary: 'Who is in a space' })
  @ApiOkResponse({ type: MemberPage })
  members(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Query() query: MembersQuery,
  ): Promise<Page<MemberDto>> {
    return this.queries.members(caller.tenantId, id, query);
  }
}
