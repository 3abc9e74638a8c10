import { FilterOperatorEnum, type Filter } from '@hubspot/api-client/lib/codegen/crm/objects/index.js';
import { type RecordKind, type RecordSearch } from '../crm-record.js';
import { mailDomain } from '../record-search.js';

/** Groups of conditions of which one must hold; HubSpot takes five. */
export type FilterGroups = { readonly filters: Filter[] }[];

const mostGroups = 5;

/** What is looked for by HubSpot's search; undefined where it has no such property. */
export function filtersOf(kind: RecordKind, { by, value }: RecordSearch): FilterGroups | undefined {
  if (by === 'number') return undefined;
  if (by === 'name') return kind === 'contact' ? contactNamed(value) : one(nameProperty[kind], value);
  const domain = mailDomain(value);
  if (domain === undefined) return undefined;
  if (kind === 'contact') return one('hs_email_domain', domain);
  return kind === 'account' ? one('domain', domain) : undefined;
}

const nameProperty = { account: 'name', opportunity: 'dealname', case: 'subject' } as const;

/** People's names are kept in two parts, and nobody says where the one ends. */
function contactNamed(name: string): FilterGroups {
  const words = name.trim().split(/\s+/);
  const splits = words.slice(1, mostGroups).map((_, index) => ({
    filters: [
      equal('firstname', words.slice(0, index + 1).join(' ')),
      equal('lastname', words.slice(index + 1).join(' ')),
    ],
  }));
  return [{ filters: [equal('firstname', name.trim())] }, ...splits];
}

function one(property: string, value: string): FilterGroups {
  return [{ filters: [equal(property, value)] }];
}

function equal(propertyName: string, value: string): Filter {
  return { propertyName, operator: FilterOperatorEnum.Eq, value };
}
