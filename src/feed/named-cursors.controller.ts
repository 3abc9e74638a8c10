import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct, NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { type Page } from '../common/http/page.js';
import { PageQuery } from '../common/http/query.dto.js';
import { ApiProblems } from '../common/http/route-document.js';
import { FeedStart } from './feed-start.js';
import { CursorNameParam, NamedCursorDto, NamedCursorPage, PutNamedCursor } from './named-cursor.dto.js';
import { NamedCursors } from './named-cursors.js';

@ApiTags('events')
@ForCallers()
@RequireScope('events:read')
@Controller('v1/cursors')
export class NamedCursorsController {
  constructor(
    private readonly cursors: NamedCursors,
    private readonly start: FeedStart,
  ) {}

  @Get()
  @NotAudited('shows places in the feed, nothing that teams said')
  @ApiOperation({
    operationId: 'listCursors',
    summary: 'The places in the feed that consumers have us keep, and how far behind they are',
  })
  @ApiOkResponse({ type: NamedCursorPage })
  list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<NamedCursorDto>> {
    return this.cursors.list(caller.tenantId, query);
  }

  @Get(':name')
  @NotAudited('shows a place in the feed, nothing that teams said')
  @ApiOperation({ operationId: 'getCursor', summary: 'One of them' })
  @ApiOkResponse({ type: NamedCursorDto })
  get(@CurrentCaller() caller: Caller, @Param() { name }: CursorNameParam): Promise<NamedCursorDto> {
    return this.cursors.get(caller.tenantId, name);
  }

  @Put(':name')
  @AuditAct('cursors.put', ['cursor', 'expected'])
  @ApiOperation({
    operationId: 'putCursor',
    summary: 'Make one, or move one that stands where you think it does: what is behind it is done',
  })
  @ApiOkResponse({ type: NamedCursorDto })
  @ApiProblems(409)
  async put(
    @CurrentCaller() caller: Caller,
    @Param() { name }: CursorNameParam,
    @Body() body: PutNamedCursor,
  ): Promise<NamedCursorDto> {
    const position = await this.start.placeOf(body.cursor);
    const expected = body.expected === null ? null : await this.start.placeOf(body.expected);
    await this.cursors.put(caller, name, position, expected);
    return this.cursors.get(caller.tenantId, name);
  }

  @Delete(':name')
  @HttpCode(204)
  @AuditAct('cursors.remove')
  @ApiOperation({ operationId: 'removeCursor', summary: 'Forget one' })
  @ApiNoContentResponse()
  remove(@CurrentCaller() caller: Caller, @Param() { name }: CursorNameParam): Promise<void> {
    return this.cursors.remove(caller.tenantId, name);
  }
}
