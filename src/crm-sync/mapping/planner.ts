import { Injectable } from '@nestjs/common';
import { type Connector } from '../../crm/connector.js';
import { type FieldValue, type RecordReference } from '../../crm/crm-record.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { frameLength, unframed } from '../timeline/merged-text.js';
import { cut, dayText, oneLine, type TextLimits } from '../timeline/timeline-text.js';
import { Timeline } from '../timeline/timeline.js';
import { type CompiledMapping, type EntryRule, type FieldRule, type TimelineRule } from './compiled-mapping.js';
import { ExpressionFailed, type Variables } from './expression.js';
import { rowsOfTenant } from './row-source.js';
import { isSince, messageVariables, newestSubjects, readSpace, readSubjects } from './subjects.js';

/** What is to be planned: one thing of a link that a mapping makes. */
export interface Planned {
  readonly tenantId: string;
  readonly spaceId: string;
  readonly record: RecordReference;
  /** From when on the conversation belongs to the record. */
  readonly since: Date;
  /** As `2026-03-02`, in UTC. */
  readonly day: string;
  /** The rule's name; empty for the day itself. */
  readonly rule: string;
  /** What an entry is about; null for a day and for fields. */
  readonly subjectId: string | null;
}

/** What a CRM shall have, or why it shall not. */
export type Plan =
  | { readonly kind: 'entry'; readonly title: string; readonly text: string; readonly at: Date }
  | { readonly kind: 'fields'; readonly fields: ReadonlyMap<string, FieldValue> }
  /** What stands there goes. */
  | { readonly kind: 'nothing'; readonly reason: 'empty' | 'not-matching' | 'unlinked' }
  /** What stands there stays. */
  | { readonly kind: 'left'; readonly reason: 'no-such-rule' | 'not-matching' }
  | { readonly kind: 'failed'; readonly message: string };

/** So many of the newest are looked at for the one that a field rule is about. */
const lookedAtAtMost = 500;
const lookedAtOnce = 50;

/**
 * Says what shall stand in a CRM by a mapping, from the conversation as it is now. It asks no CRM and writes nothing; what is
 * written and what is previewed both come from here.
 */
@Injectable()
export class Planner {
  constructor(
    private readonly timeline: Timeline,
    private readonly reads: TenantReads,
  ) {}

  async plan(planned: Planned, mapping: CompiledMapping, { limits }: Connector): Promise<Plan> {
    const room = { title: limits.title, text: Math.max(0, limits.text - frameLength) };
    const { rule: name } = planned;
    try {
      if (name === '') return await this.#day(planned, mapping.timeline, room);
      const entry = mapping.entries.find((rule) => rule.name === name);
      if (entry !== undefined) return await this.#entry(planned, entry, room);
      const field = mapping.fields.find((rule) => rule.name === name);
      return field === undefined ? { kind: 'left', reason: 'no-such-rule' } : await this.#fields(planned, field);
    } catch (error) {
      if (!(error instanceof ExpressionFailed)) throw error;
      return { kind: 'failed', message: `${name === '' ? 'timeline' : name}: ${error.detail}` };
    }
  }

  async #day(planned: Planned, rule: TimelineRule | undefined, limits: TextLimits): Promise<Plan> {
    const { tenantId, spaceId, day: date } = planned;
    if (rule === undefined) return { kind: 'left', reason: 'no-such-rule' };
    const { when, title, line } = rule;
    const day = await this.timeline.day(tenantId, spaceId, date);
    const common = await this.#common(planned);
    const told = ({ message, at }: (typeof day.messages)[number]): Variables => ({
      ...common,
      message: messageVariables(message, at),
    });
    const messages = when === undefined ? day.messages : day.messages.filter((message) => when(told(message)));
    if (messages.length === 0) return { kind: 'nothing', reason: 'empty' };
    const text = dayText({ ...day, messages }, limits, {
      title: title === undefined ? undefined : oneLine(title({ ...common, day: date })),
      line: line === undefined ? undefined : (message) => line(told(message)),
    });
    if (text.text === '') return { kind: 'nothing', reason: 'empty' };
    // Lines of our own begin with the time.
    const own = line === undefined ? text.text : unframed(text.text);
    return { kind: 'entry', title: text.title, text: own, at: new Date(`${date}T00:00:00.000Z`) };
  }

  async #entry(planned: Planned, rule: EntryRule, limits: TextLimits): Promise<Plan> {
    const { tenantId, subjectId } = planned;
    const rows = rowsOfTenant(this.reads, tenantId);
    const found = await readSubjects(rows, tenantId, rule.on, subjectId === null ? [] : [subjectId]);
    const subject = found.get(subjectId ?? '');
    if (subject === undefined || subject.isGone) return { kind: 'nothing', reason: 'empty' };
    const told = { ...(await this.#common(planned)), ...subject.variables };
    if (!rule.when(told)) return { kind: 'nothing', reason: 'not-matching' };
    return {
      kind: 'entry',
      title: cut(oneLine(rule.title(told)) || rule.name, limits.title),
      text: cut(unframed(rule.text(told).trim()), limits.text),
      at: rule.due?.(told) ?? subject.at,
    };
  }

  /** The newest subject that the rule is about has the say; one that is taken back gives it to the one before. */
  async #fields(planned: Planned, { on, when, set }: FieldRule): Promise<Plan> {
    const { tenantId, since } = planned;
    const rows = rowsOfTenant(this.reads, tenantId);
    const common = await this.#common(planned);
    for (let offset = 0; offset < lookedAtAtMost; offset += lookedAtOnce) {
      const ids = await newestSubjects(rows, planned, on, { since }, { limit: lookedAtOnce, offset });
      const subjects = await readSubjects(rows, tenantId, on, ids);
      for (const id of ids) {
        const subject = subjects.get(id);
        if (subject === undefined || subject.isGone || !isSince(on, subject, since)) continue;
        const told = { ...common, ...subject.variables };
        if (!when(told)) continue;
        return { kind: 'fields', fields: new Map([...set].map(([field, value]) => [field, value(told)])) };
      }
      if (ids.length < lookedAtOnce) break;
    }
    return { kind: 'left', reason: 'not-matching' };
  }

  async #common({ tenantId, spaceId, record }: Planned): Promise<Variables> {
    return {
      ...(await readSpace(rowsOfTenant(this.reads, tenantId), tenantId, spaceId)),
      record: { kind: record.kind, id: record.externalId },
    };
  }
}
