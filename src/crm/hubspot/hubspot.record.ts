import { type JsonObject } from '../../common/json/json.js';
import { type CrmRecord, type RecordKind } from '../crm-record.js';
import { type HubSpotObject } from './hubspot.api.js';
import { recordTypes } from './hubspot.objects.js';

const amountPattern = /^-?\d{1,30}(\.\d{1,20})?$/;
const currencyPattern = /^[A-Z]{3}$/;

/** What HubSpot tells of a record by its properties; they are all text, and null or empty where there is nothing. */
export interface ToldRecord {
  readonly name: string;
  readonly stage?: string;
  readonly isClosed?: boolean;
  readonly isWon?: boolean;
  readonly amount?: string;
  readonly currency?: string;
  readonly ownerExternalId?: string;
}

type Properties = HubSpotObject['properties'];

/** Pure. A record without a name goes by its e-mail address or its id. */
export function toldOf(kind: RecordKind, id: string, properties: Properties): ToldRecord {
  const told = (name: string): string | undefined => filled(properties, name);
  const name = nameOf(kind, properties) ?? emailsOf(properties)[0] ?? id;
  const stage = stageIdOf(kind, properties);
  const [amount, currency] = [told('amount'), told('deal_currency_code')];
  const [isClosed, isWon] = [flagOf(told('hs_is_closed')), flagOf(told('hs_is_closed_won'))];
  const ownerExternalId = told('hubspot_owner_id');
  return {
    name,
    ...(stage === undefined ? {} : { stage }),
    ...(isClosed === undefined ? {} : { isClosed }),
    ...(isWon === undefined ? {} : { isWon }),
    ...(amount !== undefined && amountPattern.test(amount) ? { amount } : {}),
    ...(currency !== undefined && currencyPattern.test(currency) ? { currency } : {}),
    ...(ownerExternalId === undefined ? {} : { ownerExternalId }),
  };
}

/** The id of the stage that a deal or a ticket is in. */
export function stageIdOf(kind: RecordKind, properties: Properties): string | undefined {
  return filled(properties, kind === 'case' ? 'hs_pipeline_stage' : 'dealstage');
}

/** The record as the port has it; of its owner and its stage the ids alone. */
export function toRecord(
  kind: RecordKind,
  object: HubSpotObject,
  where: { portalId: string; appUrl: string },
): CrmRecord {
  const { id, properties, updatedAt } = object;
  const { ownerExternalId, ...told } = toldOf(kind, id, properties);
  const accountExternalId =
    filled(properties, 'associatedcompanyid') ?? filled(properties, 'hs_primary_associated_company');
  return {
    kind,
    externalId: id,
    ...told,
    ...(ownerExternalId === undefined ? {} : { owner: { externalId: ownerExternalId } }),
    ...(kind === 'contact' ? { emails: emailsOf(properties) } : {}),
    ...(accountExternalId === undefined ? {} : { accountExternalId }),
    url: `${where.appUrl}/contacts/${where.portalId}/record/${recordTypes[kind].typeId}/${id}`,
    version: updatedAt.toISOString(),
    changedAt: updatedAt,
  };
}

function nameOf(kind: RecordKind, properties: Properties): string | undefined {
  if (kind === 'contact') {
    const parts = ['firstname', 'lastname'].flatMap((name) => filled(properties, name) ?? []);
    return parts.length === 0 ? undefined : parts.join(' ');
  }
  const name = { account: 'name', opportunity: 'dealname', case: 'subject' }[kind];
  return filled(properties, name) ?? (kind === 'account' ? filled(properties, 'domain') : undefined);
}

function emailsOf(properties: Properties): readonly string[] {
  const listed = [filled(properties, 'email'), ...(filled(properties, 'hs_additional_emails')?.split(';') ?? [])];
  return [
    ...new Set(
      listed.flatMap((email) => (email === undefined || email.trim() === '' ? [] : email.trim().toLowerCase())),
    ),
  ];
}

function flagOf(text: string | undefined): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

function filled(properties: Properties, name: string): string | undefined {
  const value: unknown = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The properties of a record that are texts; HubSpot tells no others. */
export function textsOf(properties: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
  );
}
