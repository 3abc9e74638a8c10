import { SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { type Reflector } from '@nestjs/core';

/** Something is done: noted before it begins and again when it has ended. */
export interface ActRule {
  readonly kind: 'act';
  readonly act: string;
  /** Members of the body that are noted, once they are known to be valid: never content, never a secret. */
  readonly noting: readonly string[];
}

/** What teams said is read: noted before it is sent, with the filter that chose it. */
export interface ReadRule {
  readonly kind: 'read';
  readonly act: string;
  /** An answer without items is not noted; for what is asked again and again until something is there. */
  readonly unlessEmpty: boolean;
  /** The answer goes on for long; the route itself notes when it begins and when it has ended. */
  readonly goesOn: boolean;
}

/** Nothing is noted, for a reason. */
interface NoRule {
  readonly kind: 'none';
  readonly because: string;
}

export type AuditRule = ActRule | ReadRule | NoRule;

const key = 'liaison:audit';

/** The route does something; `act` is its name in the audit log, `noun.verb`. */
export function AuditAct(act: string, noting: readonly string[] = []): CustomDecorator {
  return SetMetadata(key, { kind: 'act', act, noting } satisfies AuditRule);
}

/** The route shows what teams said. */
export function AuditRead(
  act: string,
  { unlessEmpty = false, goesOn = false }: Partial<Pick<ReadRule, 'unlessEmpty' | 'goesOn'>> = {},
): CustomDecorator {
  return SetMetadata(key, { kind: 'read', act, unlessEmpty, goesOn } satisfies AuditRule);
}

/** The route is not noted, because it neither does anything nor shows what teams said; `because` says what it shows. */
export function NotAudited(because: string): CustomDecorator {
  return SetMetadata(key, { kind: 'none', because } satisfies AuditRule);
}

/**
 * What a route states about itself; undefined where it states nothing. A test refuses such routes; should one get
 * through, it is noted like an act.
 */
export function statedAuditRule(
  reflector: Reflector,
  context: Pick<ExecutionContext, 'getHandler' | 'getClass'>,
): AuditRule | undefined {
  return reflector.getAllAndOverride<AuditRule | undefined>(key, [context.getHandler(), context.getClass()]);
}

export function auditRuleOf(reflector: Reflector, context: ExecutionContext): AuditRule {
  const stated = statedAuditRule(reflector, context);
  return stated ?? { kind: 'act', act: `${context.getClass().name}.${context.getHandler().name}`, noting: [] };
}
