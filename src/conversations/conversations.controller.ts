import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { ConversationDto, ConversationPage, ConversationsQuery } from './conversation.dto.js';
import { ConversationsQueries } from './conversations.queries.js';

@ApiTags('conversations')
@ForCallers()
@RequireScope('events:read')
@Controller('v1/conversations')
export class ConversationsController {
  constructor(private readonly queries: ConversationsQueries) {}

  @Get()
  @NotAudited('shows how invitations went, not what was said')
  @ApiOperation({
    operationId: 'listConversations',
    summary: 'Conversations and how their invitations went, newest first',
  })
  @ApiOkResponse({ type: ConversationPage })
  list(@CurrentCaller() caller: Caller, @Query() query: ConversationsQuery): Promise<Page<ConversationDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Get(':id')
  @NotAudited('shows how an invitation went, not what was said')
  @ApiOperation({ operationId: 'getConversation', summary: 'One conversation' })
  @ApiOkResponse({ type: ConversationDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<ConversationDto> {
    return this.queries.get(caller.tenantId, id);
  }
}
