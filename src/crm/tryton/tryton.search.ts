import { memberOf, textOf, type JsonValue } from '../../common/json/json.js';
import { type RecordSearch } from '../crm-record.js';
import { mailDomain, mostFoundRecords } from '../record-search.js';
import { models, rowsIn, type TrytonKind } from './tryton.records.js';
import { type TrytonRpc } from './tryton.rpc.js';

/** The ids of what fits, the newest first. A party's number is its code. */
export async function idsBy(rpc: TrytonRpc, kind: TrytonKind, { by, value }: RecordSearch): Promise<readonly number[]> {
  if (by === 'email-domain') {
    const domain = mailDomain(value);
    return domain === undefined || kind === 'opportunity' ? [] : partiesOf(rpc, domain);
  }
  if (value.trim() === '') return [];
  const isParty = kind !== 'opportunity';
  const field = by === 'number' ? (isParty ? 'code' : 'number') : isParty ? 'name' : 'description';
  const domain: JsonValue[] = [[field, 'ilike', literally(value.trim())], ...(isParty ? [['active', '=', true]] : [])];
  const params = [domain, 0, mostFoundRecords, [['id', 'DESC']], ['id']];
  return rowsIn(await rpc.read(models[kind], 'search_read', params)).flatMap((row) => numberOf(memberOf(row, 'id')));
}

async function partiesOf(rpc: TrytonRpc, domain: string): Promise<readonly number[]> {
  const wanted: JsonValue[] = [
    ['type', '=', 'email'],
    ['active', '=', true],
    ['party.active', '=', true],
    // Spaces around it are people's; what stands before them is compared below.
    ['value', 'ilike', `%@${domain}%`],
  ];
  const params = [wanted, 0, mostFoundRecords * 10, [['id', 'DESC']], ['value', 'party']];
  const rows = rowsIn(await rpc.read('party.contact_mechanism', 'search_read', params));
  const parties = rows
    .filter((row) => textOf(row, 'value')?.trim().toLowerCase().endsWith(`@${domain}`) === true)
    .flatMap((row) => numberOf(memberOf(row, 'party')));
  return [...new Set(parties)].slice(0, mostFoundRecords);
}

/** A pattern that fits the text alone. */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function numberOf(value: JsonValue | undefined): readonly number[] {
  return typeof value === 'number' ? [value] : [];
}
