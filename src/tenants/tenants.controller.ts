import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct, NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { ApiReturnPreference } from '../common/http/route-document.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { SearchLanguages } from '../search/search-languages.js';
import { ChangeTenant, TenantDto, toTenantDto } from './tenant.dto.js';

@ApiTags('tenant')
@ForCallers()
@RequireScope('admin')
@Controller('v1/tenant')
export class TenantsController {
  constructor(private readonly languages: SearchLanguages) {}

  @Get()
  @NotAudited('shows settings, nothing that teams said')
  @ApiOperation({
    operationId: 'getTenant',
    summary: "The caller's tenant: its settings, and how far they have taken effect",
  })
  @ApiOkResponse({ type: TenantDto })
  async get(@CurrentCaller() { tenantId }: Caller): Promise<TenantDto> {
    return toTenantDto(tenantId, await this.languages.of(tenantId));
  }

  @Patch()
  @AuditAct('tenant.change', ['searchLanguage'])
  @ApiReturnPreference()
  @ApiOperation({ operationId: 'changeTenant', summary: "Change the tenant's settings" })
  @ApiOkResponse({ type: TenantDto })
  async change(@CurrentCaller() { tenantId }: Caller, @Body() body: ChangeTenant): Promise<TenantDto> {
    return toTenantDto(tenantId, await this.languages.choose(tenantId, body.searchLanguage));
  }
}
