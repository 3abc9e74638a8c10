import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { ApiProblems } from '../common/http/route-document.js';
import { ActInConversation, SayInConversation, StartConversation, TakenActDto } from './conversation-acts.dto.js';
import { ConversationActsService } from './conversation-acts.service.js';

@ApiTags('conversations')
@ForCallers()
@RequireScope('posts:write')
@Controller('v1/conversations')
export class ConversationActsController {
  constructor(private readonly acts: ConversationActsService) {}

  @Post()
  @HttpCode(202)
  @AuditAct('conversations.start', ['connectionId', 'endpoint'])
  @ApiOperation({ operationId: 'startConversation', summary: 'Invite somebody to a conversation' })
  @ApiAcceptedResponse({ type: TakenActDto })
  @ApiProblems(404, 502)
  async start(@CurrentCaller() caller: Caller, @Body() body: StartConversation): Promise<TakenActDto> {
    const { connectionId, ...conversation } = body;
    return { operationId: await this.acts.start(caller.tenantId, connectionId, conversation) };
  }

  @Post(':id/messages')
  @HttpCode(202)
  @AuditAct('conversations.say', ['endpoint'])
  @ApiOperation({ operationId: 'sayInConversation', summary: 'Say something in a conversation' })
  @ApiAcceptedResponse({ type: TakenActDto })
  @ApiProblems(409, 502)
  async say(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Body() body: SayInConversation,
  ): Promise<TakenActDto> {
    return { operationId: await this.acts.say(caller.tenantId, id, body) };
  }

  @Post(':id/accept')
  @HttpCode(204)
  @AuditAct('conversations.accept', ['endpoint'])
  @ApiOperation({ operationId: 'acceptConversation', summary: 'Accept an invitation' })
  @ApiNoContentResponse()
  @ApiProblems(409, 502)
  accept(@CurrentCaller() caller: Caller, @Param() { id }: IdParam, @Body() body: ActInConversation): Promise<void> {
    return this.acts.accept(caller.tenantId, id, body.endpoint);
  }

  @Post(':id/decline')
  @HttpCode(204)
  @AuditAct('conversations.decline', ['endpoint'])
  @ApiOperation({ operationId: 'declineConversation', summary: 'Decline an invitation' })
  @ApiNoContentResponse()
  @ApiProblems(409, 502)
  decline(@CurrentCaller() caller: Caller, @Param() { id }: IdParam, @Body() body: ActInConversation): Promise<void> {
    return this.acts.decline(caller.tenantId, id, body.endpoint);
  }

  @Post(':id/end')
  @HttpCode(204)
  @AuditAct('conversations.end', ['endpoint'])
  @ApiOperation({ operationId: 'endConversation', summary: 'End a conversation' })
  @ApiNoContentResponse()
  @ApiProblems(409, 502)
  end(@CurrentCaller() caller: Caller, @Param() { id }: IdParam, @Body() body: ActInConversation): Promise<void> {
    return this.acts.end(caller.tenantId, id, body.endpoint);
  }
}
