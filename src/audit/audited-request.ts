import { type ExecutionContext } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { requestIdOf } from '../common/http/request-id.js';
import { isJsonObject, type JsonValue } from '../common/json/json.js';
import { answerTo } from '../common/http/problem.js';
import { type AuditEntry } from './audit-entry.js';

type Parameters = AuditEntry['parameters'];

/** Ids of ours and of keys. A secret that somebody put in the place of an id does not look like one. */
const idLike = /^[A-Za-z0-9-]{1,40}$/;
const longestValue = 1_000;

/** What is known of a request before anything is done about it. */
export function originOf(context: ExecutionContext): Pick<AuditEntry, 'requestId' | 'targets'> & { address?: string } {
  const http = context.switchToHttp();
  const request = http.getRequest<Request>();
  return {
    requestId: requestIdOf(http.getResponse<Response>()),
    targets: Object.values(request.params).filter(
      (value) => typeof value === 'string' && idLike.test(value),
    ) as string[],
    ...(request.ip === undefined ? {} : { address: request.ip }),
  };
}

/** The query of a request that was found valid: every parameter of it is one that the route knows. */
export function filterOf(context: ExecutionContext): Parameters {
  return harmless(context.switchToHttp().getRequest<Request>().query, undefined);
}

/** These members of a body that was found valid. */
export function namedInBody(context: ExecutionContext, names: readonly string[]): Parameters {
  return harmless(context.switchToHttp().getRequest<Request>().body, names);
}

/** How many items an answer with a list holds; undefined for any other answer. */
export function itemsIn(answer: unknown): number | undefined {
  if (typeof answer !== 'object' || answer === null || !('items' in answer)) return undefined;
  return Array.isArray(answer.items) ? answer.items.length : undefined;
}

/** The ids of what an act made or set going. */
export function idsIn(answer: unknown): readonly string[] {
  if (typeof answer !== 'object' || answer === null) return [];
  const ids = ['id' in answer ? answer.id : undefined, 'operationId' in answer ? answer.operationId : undefined];
  return ids.filter((id) => typeof id === 'string');
}

/** How a request that ends with this error ended. */
export function endOf(error: unknown): Pick<AuditEntry, 'outcome'> & { readonly reason: string } {
  const { code, status } = answerTo(error);
  return { outcome: status < 500 ? 'refused' : 'failed', reason: code };
}

function harmless(source: unknown, names: readonly string[] | undefined): Parameters {
  if (!isJsonObject(source)) return {};
  const entries = Object.entries(source).filter(([name]) => names === undefined || names.includes(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, shortened(value)]));
}

/** No line of the log is longer than it takes to say what was asked. */
function shortened(value: JsonValue): JsonValue {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= longestValue ? value : `${text.slice(0, longestValue)}…`;
}
