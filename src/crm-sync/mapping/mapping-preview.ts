import { Injectable } from '@nestjs/common';
import { type Caller } from '../../auth/caller.js';
import { NotFound } from '../../common/errors/liaison-error.js';
import { invalidInput } from '../../common/http/validation.js';
import { type Connector } from '../../crm/connector.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { namesOf, type ChangeForm } from '../changes/change-table.js';
import { changedInCrm, removedInCrm } from '../changes/crm-push.js';
import { type CompiledMapping } from './compiled-mapping.js';
import { CrmMappingsService } from './crm-mappings.service.js';
import { sameFields, storedFields, type StoredFields } from './field-values.js';
import { currentVersion, MappingVersions } from './mapping-versions.js';
import {
  type CrmMappingPreviewDto,
  type Outcome,
  type PreviewCrmMapping,
  type PreviewedChangeDto,
} from './mapping-preview.dto.js';
import { Planner, type Plan } from './planner.js';
import { rowsOfTenant, type RowSource } from './row-source.js';
import { historyAtMost, historyOf, type MappedLink, type Wish } from './wishes.js';

const linksOf = `
  select l.id as "linkId", l.tenant_id as "tenantId", l.connection_id as "connectionId", '' as platform,
         l.space_id as "spaceId", l.record_kind as "recordKind", l.record_external_id as "recordExternalId", l.since
  from crm_links l
  where l.tenant_id = $1 and l.connection_id = $2 and l.state <> 'removed'
    and (l.id = $3 or $3::uuid is null) and (l.space_id = $4 or $4::uuid is null)
  order by l.id`;

/** What is there of a link by now. */
interface WrittenChange extends Wish {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly externalId: string | null;
  readonly ownText: string | null;
  readonly ownTitle: string | null;
  readonly fields: StoredFields | null;
}

const changesOf = `
  select id, rule, subject_id as "subjectId", subject_at as "subjectAt", day::text as day, form, state, reason,
         external_id as "externalId", own_text as "ownText", own_title as "ownTitle", fields
  from crm_changes where tenant_id = $1 and link_id = $2 and day >= $3::date and ($4::date is null or day <= $4::date)
  order by day desc, id limit 5000`;

/**
 * Tells what a mapping would make of what was said, by the planning that the real run is made by. It calls no CRM and writes
 * nothing.
 */
@Injectable()
export class MappingPreview {
  constructor(
    private readonly reads: TenantReads,
    private readonly mappings: CrmMappingsService,
    private readonly versions: MappingVersions,
    private readonly planner: Planner,
  ) {}

  /**
   * Throws `NotFound` for an unknown CRM connection and where nothing is linked, and `InvalidInput` for a mapping that could not be
   * saved.
   */
  async of({ tenantId }: Caller, request: PreviewCrmMapping): Promise<CrmMappingPreviewDto> {
    const { connectionId, mapping: document, spaceId, linkId, limit } = request;
    if (spaceId === undefined && linkId === undefined) {
      throw invalidInput([{ pointer: '/spaceId', detail: 'this or linkId must be given' }]);
    }
    const connector = await this.mappings.connectorOf(tenantId, connectionId);
    const rows = rowsOfTenant(this.reads, tenantId);
    const version = document === undefined ? await currentVersion(connectionId, rows) : null;
    const mapping =
      document === undefined
        ? await this.versions.get(connectionId, version ?? 0)
        : await this.mappings.compile(tenantId, connectionId, document);
    const links = await rows<MappedLink>(linksOf, [tenantId, connectionId, linkId ?? null, spaceId ?? null]);
    if (links.length === 0) throw new NotFound({ detail: 'There is no such link at this CRM.' });
    const found: Found[] = [];
    for (const link of links) found.push(...(await wishesAt(link, mapping, rows, request)));
    const newest = found.sort(newestFirst).slice(0, limit);
    const items: PreviewedChangeDto[] = [];
    for (const one of newest) items.push(await this.#previewed(one, mapping, connector));
    return { version, items, isCut: found.length > newest.length };
  }

  async #previewed(found: Found, mapping: CompiledMapping, connector: Connector): Promise<PreviewedChangeDto> {
    const { link, wish, written } = found;
    const { linkId, recordKind: kind, recordExternalId: externalId } = link;
    const { rule, subjectId, day } = wish;
    const record = { kind, externalId };
    const plan = await this.planner.plan({ ...link, record, rule, subjectId, day }, mapping, connector);
    const form: ChangeForm = written?.form ?? wish.form;
    return {
      ...{ linkId, record, rule: rule === '' ? null : rule, subjectId, day, form },
      key: namesOf({ linkId, rule, subjectId, day }).entryKey,
      ...outcomeOf(plan, wish, written),
      title: plan.kind === 'entry' ? plan.title : null,
      text: plan.kind === 'entry' ? plan.text : null,
      at: plan.kind === 'entry' ? plan.at.toISOString() : null,
      fields: plan.kind === 'fields' ? storedFields(plan.fields) : null,
    };
  }
}

interface Found {
  readonly link: MappedLink;
  readonly wish: Wish;
  readonly written: WrittenChange | undefined;
}

/** What the mapping makes of the link's history, and what of its rules stands there although it would not be made any more. */
async function wishesAt(
  link: MappedLink,
  mapping: CompiledMapping,
  rows: RowSource,
  { since, until, limit }: PreviewCrmMapping,
): Promise<readonly Found[]> {
  const from = new Date(Math.max(link.since.getTime(), since === undefined ? 0 : Date.parse(since)));
  const range = { since: from, until: until === undefined ? undefined : new Date(until) };
  // One more than is shown tells whether there are more.
  const wishes = await historyOf(link, mapping, rows, range, { ...historyAtMost, days: limit + 1 });
  const changes = await rows<WrittenChange>(changesOf, [
    ...[link.tenantId, link.linkId],
    from.toISOString().slice(0, 10),
    range.until?.toISOString().slice(0, 10) ?? null,
  ]);
  const written = new Map(changes.map((change) => [change.id, change]));
  const idOf = ({ rule, subjectId, day }: Wish): string => namesOf({ linkId: link.linkId, rule, subjectId, day }).id;
  const wanted = new Set(wishes.map(idOf));
  const rules = new Set([...mapping.entries, ...mapping.fields].map(({ name }) => name));
  const left = changes.filter(({ id, rule }) => rules.has(rule) && !wanted.has(id));
  return [...wishes, ...left].map((wish) => ({ link, wish, written: written.get(idOf(wish)) }));
}

function newestFirst(a: Found, b: Found): number {
  const [one, other] = [placeOf(a), placeOf(b)];
  return one < other ? 1 : one > other ? -1 : 0;
}

function placeOf({ link, wish: { day, subjectAt, rule, subjectId } }: Found): string {
  return [day, subjectAt?.toISOString() ?? '', rule, subjectId ?? '', link.linkId].join(' ');
}

type Judged = Pick<PreviewedChangeDto, 'would' | 'reason' | 'message'>;

/** What would be done about the plan, from what is known of the CRM. */
function outcomeOf(plan: Plan, { rule }: Wish, written: WrittenChange | undefined): Judged {
  const judged = (would: Outcome, reason: string | null = null, message: string | null = null): Judged => ({
    would,
    reason,
    message,
  });
  if (written?.state === 'skipped' && (written.reason === removedInCrm || written.reason === changedInCrm)) {
    return judged('skip', written.reason);
  }
  const isThere = written !== undefined && written.externalId !== null;
  switch (plan.kind) {
    case 'failed':
      return judged('fail', 'expression-failed', plan.message);
    case 'left':
      return judged('skip', plan.reason);
    case 'nothing':
      return judged(isThere ? 'remove' : 'skip', plan.reason);
    case 'fields': {
      const set = written?.fields ?? null;
      const isSet = set !== null && sameFields(set, storedFields(plan.fields));
      return judged(isSet ? 'nothing' : 'update');
    }
    case 'entry': {
      const isSame = written?.ownText === plan.text && (rule === '' || written.ownTitle === plan.title);
      return judged(!isThere ? 'create' : isSame ? 'nothing' : 'update');
    }
  }
}
