import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditRead, NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { PageQuery } from '../common/http/query.dto.js';
import { EventPage, type EventDto } from '../events/event.dto.js';
import { EventsQueries } from '../events/events.queries.js';
import { PastQuery } from '../events/past/past.dto.js';
import { AnnotationPage, AnnotationsQuery, type AnnotationDto } from './annotation.dto.js';
import { MessageDto, MessagePage, MessagesQuery } from './message.dto.js';
import { MessagesQueries } from './messages.queries.js';
import { ReactionPage, ReactionsQuery, type ReactionDto } from './reaction.dto.js';

@ApiTags('messages')
@ForCallers()
@RequireScope('events:read')
@Controller('v1')
export class MessagesController {
  constructor(
    private readonly queries: MessagesQueries,
    private readonly events: EventsQueries,
  ) {}

  @Get('messages')
  @AuditRead('messages.list')
  @ApiOperation({
    operationId: 'listMessages',
    summary: 'Messages with their annotations, as they are or as they were',
  })
  @ApiOkResponse({ type: MessagePage })
  list(@CurrentCaller() caller: Caller, @Query() query: MessagesQuery): Promise<Page<MessageDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Get('spaces/:id/messages')
  @AuditRead('messages.list')
  @ApiOperation({ operationId: 'listSpaceMessages', summary: 'Messages of one space, as they are or as they were' })
  @ApiOkResponse({ type: MessagePage })
  ofSpace(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Query() query: MessagesQuery,
  ): Promise<Page<MessageDto>> {
    return this.queries.ofSpace(caller.tenantId, id, query);
  }

  @Get('messages/:id')
  @AuditRead('messages.get')
  @ApiOperation({ operationId: 'getMessage', summary: 'One message, as it is or as it was' })
  @ApiOkResponse({ type: MessageDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam, @Query() query: PastQuery): Promise<MessageDto> {
    return this.queries.get(caller.tenantId, id, query);
  }

  @Get('messages/:id/history')
  @AuditRead('messages.history')
  @ApiOperation({
    operationId: 'listMessageHistory',
    summary: 'Everything that happened to a message, its annotations and its reactions',
  })
  @ApiOkResponse({ type: EventPage })
  async history(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Query() query: PageQuery,
  ): Promise<Page<EventDto>> {
    await this.queries.get(caller.tenantId, id);
    return this.events.ofMessage(caller.tenantId, id, query);
  }

  @Get('annotations')
  @AuditRead('annotations.list')
  @ApiOperation({ operationId: 'listAnnotations', summary: 'Annotations as they are, or as they were' })
  @ApiOkResponse({ type: AnnotationPage })
  annotations(@CurrentCaller() caller: Caller, @Query() query: AnnotationsQuery): Promise<Page<AnnotationDto>> {
    return this.queries.annotations(caller.tenantId, query);
  }

  @Get('reactions')
  @NotAudited('shows who reacted how, not what was said')
  @ApiOperation({ operationId: 'listReactions', summary: 'Reactions as they are, or as they were' })
  @ApiOkResponse({ type: ReactionPage })
  reactions(@CurrentCaller() caller: Caller, @Query() query: ReactionsQuery): Promise<Page<ReactionDto>> {
    return this.queries.reactions(caller.tenantId, query);
  }
}
