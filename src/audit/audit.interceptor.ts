import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Request } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { callerOf } from '../auth/caller.js';
import { type AuditEntry } from './audit-entry.js';
import { AuditLog } from './audit-log.js';
import { auditRuleOf, type ActRule, type ReadRule } from './audit-rule.js';
import { endOf, filterOf, idsIn, itemsIn, namedInBody, originOf } from './audited-request.js';

type About = Omit<AuditEntry, 'outcome'>;

/**
 * Keeps the audit log of the REST API, as the rules of the routes say. Nothing is done, and nothing that teams said is sent,
 * before the record of it is committed: where that fails, the request ends with 503.
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly log: AuditLog,
    private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const rule = auditRuleOf(this.reflector, context);
    if (rule.kind === 'none') return next.handle();
    const { tenantId, subject } = callerOf(context.switchToHttp().getRequest<Request>());
    const about = { tenantId, subject, act: rule.act, parameters: {}, ...originOf(context) };
    if (rule.kind === 'act') await this.log.record({ ...about, outcome: 'begun' });
    return from(this.#ended(context, rule, about, next));
  }

  /** The answer, once it is recorded how the request ended. */
  async #ended(context: ExecutionContext, rule: ActRule | ReadRule, about: About, next: CallHandler): Promise<unknown> {
    let answer: unknown;
    try {
      answer = await lastValueFrom(next.handle(), { defaultValue: undefined });
    } catch (error) {
      await this.log.record({ ...about, ...endOf(error) });
      throw error;
    }
    if (rule.kind === 'read' && rule.goesOn) return answer;
    const items = itemsIn(answer);
    if (rule.kind === 'read' && rule.unlessEmpty && items === 0) return answer;
    await this.log.record({
      ...about,
      outcome: 'done',
      ...(items === undefined ? {} : { items }),
      ...(rule.kind === 'read'
        ? { parameters: filterOf(context) }
        : { parameters: namedInBody(context, rule.noting), targets: [...about.targets, ...idsIn(answer)] }),
    });
    return answer;
  }
}
