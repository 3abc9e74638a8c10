import { filledTextOf, isJsonObject, memberOf, parseJsonBytes, type JsonValue } from '../../common/json/json.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { CrmRefused } from '../crm.errors.js';
import { type CrmRecord, type RecordKind } from '../crm-record.js';
import { type HubSpotApi } from './hubspot.api.js';
import { errorOf, lostAnswer } from './hubspot.errors.js';
import { recordTypes } from './hubspot.objects.js';

/** Labels by the ids of stages. */
type Labels = ReadonlyMap<string, string>;

/** Labels change seldom; one that is changed is seen after so long. */
const freshForMs = 10 * 60_000;
/** A stage that is not among them may have been made since; that is looked up no more often than this. */
const looksAgainAfterMs = 60_000;

interface Read {
  readonly labels: Labels;
  readonly atMs: number;
}

/** What was read, for as long as the connection is as it is: whoever may read another account's labels does not get them here. */
const known = new WeakMap<PlatformAccount['settings'], Map<RecordKind, Read>>();

/**
 * What people call a stage of a deal or a ticket, of which HubSpot tells the id alone; undefined where there is no such stage, or
 * where the app may not read them. Throws what passes.
 */
export async function stageLabel(
  api: HubSpotApi,
  { settings }: Pick<PlatformAccount, 'settings'>,
  kind: RecordKind,
  stageId: string,
): Promise<string | undefined> {
  const reads = known.get(settings) ?? new Map<RecordKind, Read>();
  known.set(settings, reads);
  const last = reads.get(kind);
  const age = last === undefined ? Infinity : Date.now() - last.atMs;
  const label = last?.labels.get(stageId);
  if (age < (label === undefined ? looksAgainAfterMs : freshForMs)) return label;
  const labels = await readLabels(api, kind);
  reads.set(kind, { labels, atMs: Date.now() });
  return labels.get(stageId);
}

/** The record with what people call its stage. Throws as `stageLabel`. */
export async function withStageLabel(
  api: HubSpotApi,
  account: Pick<PlatformAccount, 'settings'>,
  record: CrmRecord,
): Promise<CrmRecord> {
  const { stage, kind } = record;
  return stage === undefined ? record : { ...record, stage: (await stageLabel(api, account, kind, stage)) ?? stage };
}

async function readLabels(api: HubSpotApi, kind: RecordKind): Promise<Labels> {
  const answer = await api.answer(`/crm/v3/pipelines/${recordTypes[kind].path}`);
  if (answer.status !== 200) {
    const error = errorOf(answer, 'reads');
    if (error instanceof CrmRefused) return new Map();
    throw error;
  }
  const parsed = parseJsonBytes(answer.body);
  if (!parsed.ok || !isJsonObject(parsed.value)) throw lostAnswer('reads');
  const stages = listIn(parsed.value, 'results').flatMap((pipeline) => listIn(pipeline, 'stages'));
  return new Map(
    stages.flatMap((stage) => {
      const [id, label] = [textIn(stage, 'id'), textIn(stage, 'label')];
      return id === undefined || label === undefined ? [] : [[id, label] as const];
    }),
  );
}

function listIn(value: JsonValue, name: string): readonly JsonValue[] {
  const member = isJsonObject(value) ? memberOf(value, name) : undefined;
  const list: readonly JsonValue[] = Array.isArray(member) ? member : [];
  return list;
}

function textIn(value: JsonValue, name: string): string | undefined {
  return isJsonObject(value) ? filledTextOf(value, name) : undefined;
}
