import { mailDomain, mostFoundRecords } from '../record-search.js';
import { type RecordKind, type RecordSearch } from '../crm-record.js';
import { soqlText } from './salesforce.soql.js';

/**
 * What comes after `FROM` in the query for such records; undefined where Salesforce has no such field. Accounts have no e-mail
 * addresses: theirs are those of their contacts. Salesforce compares text without regard to case.
 */
export function searchQuery(kind: RecordKind, search: RecordSearch): string | undefined {
  const condition = conditionOf(kind, search);
  return condition === undefined
    ? undefined
    : `WHERE ${condition} ORDER BY CreatedDate DESC, Id DESC LIMIT ${mostFoundRecords}`;
}

function conditionOf(kind: RecordKind, { by, value }: RecordSearch): string | undefined {
  // An empty text would be one with every record that has none.
  if (value.trim() === '') return undefined;
  switch (by) {
    case 'name':
      return `${kind === 'case' ? 'Subject' : 'Name'} = ${soqlText(value)}`;
    case 'number': {
      const field = { case: 'CaseNumber', account: 'AccountNumber', contact: undefined, opportunity: undefined }[kind];
      return field === undefined ? undefined : `${field} = ${soqlText(value)}`;
    }
    case 'email-domain': {
      // A domain holds neither `%` nor `_`, which are signs of their own in a pattern.
      const domain = mailDomain(value);
      if (domain === undefined) return undefined;
      const fits = `Email LIKE ${soqlText(`%@${domain}`)}`;
      if (kind === 'contact') return fits;
      return kind === 'account' ? `Id IN (SELECT AccountId FROM Contact WHERE ${fits})` : undefined;
    }
  }
}
