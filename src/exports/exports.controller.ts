import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { AuditRead } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { AuditedLongRead, type LongRead } from '../audit/long-read.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { formatFor, formats } from './export-format.js';
import { describeExport, ExportStreams } from './export-streams.js';
import { ExportQuery } from './export.dto.js';
import { SpaceExport } from './space-export.js';

const text = { schema: { type: 'string' } };

@ApiTags('spaces')
@ForCallers()
@RequireScope('events:read')
@Controller('v1/spaces')
export class ExportsController {
  constructor(
    private readonly exports: SpaceExport,
    private readonly streams: ExportStreams,
  ) {}

  @Get(':id/export')
  @AuditRead('spaces.export', { goesOn: true })
  @ApiOperation({
    operationId: 'exportSpace',
    summary: 'Everything that a space holds, as one stream that can be gone on with where it was cut',
  })
  @ApiOkResponse({
    description: 'One record a line: a header, members, messages, a trailer. Without its trailer it is not whole.',
    content: { [formats.ndjson.mediaType]: text, [formats.csv.mediaType]: text },
  })
  async export(
    @CurrentCaller() caller: Caller,
    @Param() { id: spaceId }: IdParam,
    @Query() { format: named, since, until, after }: ExportQuery,
    @AuditedLongRead() read: LongRead,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const opened = await this.exports.open(caller.tenantId, { spaceId, since, until }, after);
    const format = formatFor(named, (mediaTypes) => request.accepts(mediaTypes));
    if (request.method === 'HEAD') describeExport(response, opened, format).end();
    else await this.streams.send(opened, format, caller, read, response);
  }
}
