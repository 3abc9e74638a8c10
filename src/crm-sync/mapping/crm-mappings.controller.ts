import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct, NotAudited } from '../../audit/audit-rule.js';
import { ForCallers } from '../../audit/for-callers.js';
import { RequireScope } from '../../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../../auth/caller.js';
import { IdParam } from '../../common/http/id.param.js';
import { type Page } from '../../common/http/page.js';
import { ApiProblems, ApiReturnPreference, located } from '../../common/http/route-document.js';
import { CrmMappingDto, CrmMappingPage, CrmMappingsQuery, SaveCrmMapping } from './crm-mapping.dto.js';
import { CrmMappingsService } from './crm-mappings.service.js';
import { CrmMappingPreviewDto, PreviewCrmMapping } from './mapping-preview.dto.js';
import { MappingPreview } from './mapping-preview.js';

@ApiTags('crm')
@ForCallers()
@RequireScope('crm:write')
@Controller('v1/crm/mappings')
export class CrmMappingsController {
  constructor(
    private readonly mappings: CrmMappingsService,
    private readonly previews: MappingPreview,
  ) {}

  @Post()
  @AuditAct('crm-mappings.save', ['connectionId', 'replaces', 'note'])
  @ApiOperation({
    operationId: 'saveCrmMapping',
    summary: 'Say what becomes of conversations in a CRM, from now on; every save is a version of its own',
  })
  @ApiCreatedResponse({ type: CrmMappingDto, headers: located })
  @ApiReturnPreference()
  @ApiProblems(404, 409)
  save(@CurrentCaller() caller: Caller, @Body() body: SaveCrmMapping): Promise<CrmMappingDto> {
    return this.mappings.save(caller, body);
  }

  @Get()
  @NotAudited('shows rules, no content')
  @ApiOperation({ operationId: 'listCrmMappings', summary: 'Versions of mappings, newest first' })
  @ApiOkResponse({ type: CrmMappingPage })
  list(@CurrentCaller() caller: Caller, @Query() query: CrmMappingsQuery): Promise<Page<CrmMappingDto>> {
    return this.mappings.page(caller.tenantId, query);
  }

  @Get(':id')
  @NotAudited('shows rules, no content')
  @ApiOperation({ operationId: 'getCrmMapping', summary: 'One version of a mapping' })
  @ApiOkResponse({ type: CrmMappingDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<CrmMappingDto> {
    return this.mappings.get(caller.tenantId, id);
  }

  @Post('preview')
  @HttpCode(200)
  @AuditAct('crm-mappings.preview', ['connectionId', 'spaceId', 'linkId', 'since', 'until'])
  @ApiOperation({
    operationId: 'previewCrmMapping',
    summary: 'What a mapping would make of what was said; nothing is written and no CRM is called',
  })
  @ApiOkResponse({ type: CrmMappingPreviewDto })
  @ApiProblems(404)
  preview(@CurrentCaller() caller: Caller, @Body() body: PreviewCrmMapping): Promise<CrmMappingPreviewDto> {
    return this.previews.of(caller, body);
  }
}
