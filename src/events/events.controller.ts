import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuthGuard, RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { EventPage, EventsQuery } from './event.dto.js';
import { EventsQueries } from './events.queries.js';

@ApiTags('events')
@ApiBearerAuth()
@UseGuards(AuthGuard)
@RequireScope('events:read')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly queries: EventsQueries) {}

  @Get()
  @ApiOperation({ summary: 'The change feed: every fact once, in a fixed order; follow it with `after`' })
  @ApiOkResponse({ type: EventPage })
  feed(@CurrentCaller() caller: Caller, @Query() query: EventsQuery): Promise<EventPage> {
    return this.queries.feed(caller.tenantId, query);
  }
}
