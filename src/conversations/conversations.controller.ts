import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuthGuard, RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { ConversationDto, ConversationPage, ConversationsQuery } from './conversation.dto.js';
import { ConversationsQueries } from './conversations.queries.js';

@ApiTags('conversations')
@ApiBearerAuth()
@UseGuards(AuthGuard)
@RequireScope('events:read')
@Controller('v1/conversations')
export class ConversationsController {
  constructor(private readonly queries: ConversationsQueries) {}

  @Get()
  @ApiOperation({ summary: 'Conversations and how their invitations went, newest first' })
  @ApiOkResponse({ type: ConversationPage })
  list(@CurrentCaller() caller: Caller, @Query() query: ConversationsQuery): Promise<Page<ConversationDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One conversation' })
  @ApiOkResponse({ type: ConversationDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<ConversationDto> {
    return this.queries.get(caller.tenantId, id);
  }
}
