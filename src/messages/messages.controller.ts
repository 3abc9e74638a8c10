import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuthGuard, RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { PageQuery } from '../common/http/query.dto.js';
import { EventPage, type EventDto } from '../events/event.dto.js';
import { EventsQueries } from '../events/events.queries.js';
import {
  AnnotationPage,
  AnnotationsQuery,
  MessageDto,
  MessagePage,
  MessagesQuery,
  ReactionPage,
  ReactionsQuery,
  type AnnotationDto,
  type ReactionDto,
} from './message.dto.js';
import { MessagesQueries } from './messages.queries.js';

@ApiTags('messages')
@ApiBearerAuth()
@UseGuards(AuthGuard)
@RequireScope('events:read')
@Controller('v1')
export class MessagesController {
  constructor(
    private readonly queries: MessagesQueries,
    private readonly events: EventsQueries,
  ) {}

  @Get('messages')
  @ApiOperation({ summary: 'Messages as they are now, with their annotations' })
  @ApiOkResponse({ type: MessagePage })
  list(@CurrentCaller() caller: Caller, @Query() query: MessagesQuery): Promise<Page<MessageDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Get('spaces/:id/messages')
  @ApiOperation({ summary: 'Messages of one space' })
  @ApiOkResponse({ type: MessagePage })
  ofSpace(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Query() query: MessagesQuery,
  ): Promise<Page<MessageDto>> {
    return this.queries.ofSpace(caller.tenantId, id, query);
  }

  @Get('messages/:id')
  @ApiOperation({ summary: 'One message' })
  @ApiOkResponse({ type: MessageDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<MessageDto> {
    return this.queries.get(caller.tenantId, id);
  }

  @Get('messages/:id/history')
  @ApiOperation({ summary: 'Everything that happened to a message, its annotations and its reactions' })
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
  @ApiOperation({ summary: 'Annotations as they are now' })
  @ApiOkResponse({ type: AnnotationPage })
  annotations(@CurrentCaller() caller: Caller, @Query() query: AnnotationsQuery): Promise<Page<AnnotationDto>> {
    return this.queries.annotations(caller.tenantId, query);
  }

  @Get('reactions')
  @ApiOperation({ summary: 'Reactions as they are now' })
  @ApiOkResponse({ type: ReactionPage })
  reactions(@CurrentCaller() caller: Caller, @Query() query: ReactionsQuery): Promise<Page<ReactionDto>> {
    return this.queries.reactions(caller.tenantId, query);
  }
}
