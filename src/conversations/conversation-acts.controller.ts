import { Body, Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuthGuard, RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { ActInConversation, SayInConversation, StartConversation, TakenActDto } from './conversation-acts.dto.js';
import { ConversationActsService } from './conversation-acts.service.js';

@ApiTags('conversations')
@ApiBearerAuth()
@UseGuards(AuthGuard)
@RequireScope('posts:write')
@Controller('v1/conversations')
export class ConversationActsController {
  constructor(private readonly acts: ConversationActsService) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Invite somebody to a conversation' })
  @ApiAcceptedResponse({ type: TakenActDto })
  async start(@CurrentCaller() caller: Caller, @Body() body: StartConversation): Promise<TakenActDto> {
    const { connectionId, ...conversation } = body;
    return { operationId: await this.acts.start(caller.tenantId, connectionId, conversation) };
  }

  @Post(':id/messages')
  @HttpCode(202)
  @ApiOperation({ summary: 'Say something in a conversation' })
  @ApiAcceptedResponse({ type: TakenActDto })
  async say(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Body() body: SayInConversation,
  ): Promise<TakenActDto> {
    return { operationId: await this.acts.say(caller.tenantId, id, body) };
  }

  @Post(':id/accept')
  @HttpCode(204)
  @ApiOperation({ summary: 'Accept an invitation' })
  @ApiNoContentResponse()
  accept(@CurrentCaller() caller: Caller, @Param() { id }: IdParam, @Body() body: ActInConversation): Promise<void> {
    return this.acts.accept(caller.tenantId, id, body.endpoint);
  }

  @Post(':id/decline')
  @HttpCode(204)
  @ApiOperation({ summary: 'Decline an invitation' })
  @ApiNoContentResponse()
  decline(@CurrentCaller() caller: Caller, @Param() { id }: IdParam, @Body() body: ActInConversation): Promise<void> {
    return this.acts.decline(caller.tenantId, id, body.endpoint);
  }

  @Post(':id/end')
  @HttpCode(204)
  @ApiOperation({ summary: 'End a conversation' })
  @ApiNoContentResponse()
  end(@CurrentCaller() caller: Caller, @Param() { id }: IdParam, @Body() body: ActInConversation): Promise<void> {
    return this.acts.end(caller.tenantId, id, body.endpoint);
  }
}
