import { Body, Controller, Get, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { AuditAct, AuditRead } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { ApiProblems, ApiReturnPreference, located } from '../common/http/route-document.js';
import { IdempotencyKey } from './idempotency-key.js';
import { requestIn } from './post-request.js';
import { CreatePost, PostDto, PostPage, PostsQuery } from './post.dto.js';
import { PostsQueries } from './posts.queries.js';
import { PostsService } from './posts.service.js';

@ApiTags('posts')
@ForCallers()
@Controller('v1/posts')
export class PostsController {
  constructor(
    private readonly posts: PostsService,
    private readonly queries: PostsQueries,
  ) {}

  @Post()
  @RequireScope('posts:write')
  @AuditAct('posts.create', ['connectionId', 'spaceId', 'as'])
  @ApiOperation({
    operationId: 'createPost',
    summary: 'Say something in a space, as the app or in the name of a user who allowed it',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: true,
    description: 'Your name for this request, 1 to 255 visible ASCII characters, the same in every try of it.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  })
  @ApiAcceptedResponse({ type: PostDto, headers: located, description: 'Taken; it will be placed.' })
  @ApiOkResponse({
    type: PostDto,
    headers: located,
    description: 'An earlier try of this request was taken; its post as it is now.',
  })
  @ApiReturnPreference()
  @ApiProblems(404, 409)
  async create(
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() key: string,
    @Body() body: CreatePost,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PostDto> {
    const { id, isNew } = await this.posts.take(caller, key, requestIn(body));
    response.status(isNew ? HttpStatus.ACCEPTED : HttpStatus.OK);
    return this.queries.get(caller.tenantId, id);
  }

  @Get()
  @RequireScope('events:read')
  @AuditRead('posts.list')
  @ApiOperation({ operationId: 'listPosts', summary: 'Posts, newest first' })
  @ApiOkResponse({ type: PostPage })
  list(@CurrentCaller() caller: Caller, @Query() query: PostsQuery): Promise<Page<PostDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Get(':id')
  @RequireScope('events:read')
  @AuditRead('posts.get')
  @ApiOperation({ operationId: 'getPost', summary: 'One post with every try of it' })
  @ApiOkResponse({ type: PostDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<PostDto> {
    return this.queries.get(caller.tenantId, id);
  }
}
