import { applyDecorators, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { AuthGuard } from '../auth/auth.guard.js';
import { AuditInterceptor } from './audit.interceptor.js';

/**
 * Every controller of the REST API: callers are known, held to their limit and their scopes, and what they do and read is
 * noted. Each route states its scope (`RequireScope`) and its audit rule (`AuditAct`, `AuditRead`, `NotAudited`).
 */
export function ForCallers(): ClassDecorator {
  return applyDecorators(ApiBearerAuth(), UseGuards(AuthGuard), UseInterceptors(AuditInterceptor));
}
