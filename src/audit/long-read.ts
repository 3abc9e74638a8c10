import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Request } from 'express';
import { callerOf } from '../auth/caller.js';
import { type AuditEntry } from './audit-entry.js';
import { auditRuleOf } from './audit-rule.js';
import { filterOf, originOf } from './audited-request.js';

/** What the audit log says of a read that goes on for long, but for how it stands. */
export type LongRead = Omit<AuditEntry, 'outcome' | 'items'>;

/**
 * Injects it into a route with `AuditRead(…, { goesOn: true })`, which records it: `begun` before anything is sent, and
 * `done` with how much was told. A route is only called with a query that was found valid.
 */
export const AuditedLongRead = createParamDecorator((_: unknown, context: ExecutionContext): LongRead => {
  const rule = auditRuleOf(new Reflector(), context);
  if (rule.kind !== 'read') throw new TypeError('only a read can be read for long');
  const { tenantId, subject } = callerOf(context.switchToHttp().getRequest<Request>());
  return { tenantId, subject, act: rule.act, parameters: filterOf(context), ...originOf(context) };
});
