import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { AuditRead } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { AuditedLongRead, type LongRead } from '../audit/long-read.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { ApiProblems } from '../common/http/route-document.js';
import { EventFeedPage, EventsQuery, EventStreamQuery } from './feed.dto.js';
import { filterOf } from './feed-filter.js';
import { bodyOf, headersOf, mediaTypes, type FeedText } from './feed-representation.js';
import { FeedRequests } from './feed-requests.js';
import { FeedStart } from './feed-start.js';
import { FeedStreams } from './feed-streams.js';

const eventText = { schema: { type: 'string' } };

@ApiTags('events')
@ForCallers()
@RequireScope('events:read')
@Controller('v1/events')
export class FeedController {
  constructor(
    private readonly start: FeedStart,
    private readonly requests: FeedRequests,
    private readonly streams: FeedStreams,
  ) {}

  @Get()
  @AuditRead('events.list', { unlessEmpty: true })
  @ApiOperation({
    operationId: 'listEvents',
    summary: 'The change feed: every fact once, in a fixed order; follow it with `after`',
  })
  @ApiExtraModels(EventFeedPage)
  @ApiOkResponse({
    description: 'A page. `Link` has its own address (`self`) and where to go on (`next`).',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(EventFeedPage) } },
      'application/x-ndjson': eventText,
      'application/cloudevents-batch+json': { schema: { type: 'array', items: { type: 'object' } } },
    },
  })
  @ApiProblems(404)
  async page(
    @CurrentCaller() caller: Caller,
    @Query() query: EventsQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EventFeedPage | FeedText> {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const after = await this.start.of(caller.tenantId, query, 'beginning');
    const asked = { filter: filterOf(query), after, limit: query.limit, waitMs: query.wait * 1_000 };
    const page = await this.requests.page(caller, asked, gone.signal);
    for (const [name, value] of Object.entries(headersOf(page, after, parametersOf(request)))) {
      response.setHeader(name, value);
    }
    const mediaType = mediaTypes.find((type) => type === request.accepts([...mediaTypes])) ?? mediaTypes[0];
    return bodyOf(mediaType, page, after);
  }

  @Get('stream')
  @AuditRead('events.stream', { goesOn: true })
  @ApiOperation({
    operationId: 'streamEvents',
    summary: 'The change feed as Server-Sent Events; without `after` it begins at the end',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Where to go on; counts more than `after`.' })
  @ApiOkResponse({
    description:
      'One event each: `id` is its cursor, `event` its type, `data` itself. Goes on until either side ends it.',
    content: { 'text/event-stream': eventText },
  })
  @ApiProblems(404)
  async stream(
    @CurrentCaller() caller: Caller,
    @Query() query: EventStreamQuery,
    @AuditedLongRead() read: LongRead,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const lastEventId = request.get('last-event-id') ?? '';
    const from = lastEventId === '' ? query : { after: lastEventId };
    const start = await this.start.of(caller.tenantId, from, 'end');
    if (request.method === 'HEAD') {
      response.setHeader('content-type', 'text/event-stream').end();
      return;
    }
    const following = { tenantId: caller.tenantId, filter: filterOf(query), envelope: query.envelope, start };
    await this.streams.open(caller, following, read, response);
  }
}

function parametersOf(request: Request): URLSearchParams {
  const [, query = ''] = request.originalUrl.split('?', 2);
  return new URLSearchParams(query);
}
