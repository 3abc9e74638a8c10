import { type JsonObject } from '../../common/json/json.js';
import { type RecordReference } from '../../crm/crm-record.js';
import { leastConfidence, supportOf, weights, type Signal, type Support } from './confidence.js';
import { type LinkRule } from './link-rule.js';
import { type FoundRecord } from './lookup.js';
import { domainOf, isPublicDomain } from './mail-domains.js';

/** A value that was found in a title or in messages, and the records that have it. */
export interface Mentioned {
  readonly value: string;
  /** The messages in which it stands, the oldest first; none for a title. */
  readonly messageIds: readonly string[];
  readonly records: readonly FoundRecord[];
}

export interface MatchedMember {
  /** The platform's id of the person. */
  readonly externalId: string;
  readonly email: string;
  readonly contacts: readonly FoundRecord[];
}

/** What speaks for records in one space, by one rule. */
export interface Material {
  readonly titles: readonly Mentioned[];
  readonly texts: readonly Mentioned[];
  readonly members: readonly MatchedMember[];
  /** The accounts of each domain. */
  readonly accounts: ReadonlyMap<string, readonly FoundRecord[]>;
  /** Domains of the CRM's own users, in lower case. */
  readonly userDomains: ReadonlySet<string>;
}

/** A record that a space may belong to. */
export interface Candidate extends RecordReference, Support {
  readonly name: string;
  readonly rule: LinkRule;
  /** What names it, without anything that was said but the value itself. */
  readonly evidence: readonly JsonObject[];
  /** Whether the rule makes the link itself. */
  readonly activates: boolean;
}

interface ShownSignal extends Signal {
  readonly shown: JsonObject;
}

const mostEvidence = 20;
const mostMessages = 5;
/** One signal may be chance. */
const fewestClearKinds = 2;

/** The records that a rule finds for a space, in the order of their ids. A pure function. */
export function candidatesOf(rule: LinkRule, material: Material): readonly Candidate[] {
  const signals = [
    ...material.titles.map((mentioned) => mentionSignal(rule, 'title', mentioned)),
    ...material.texts.map((mentioned) => mentionSignal(rule, 'text', mentioned)),
    ...(rule.signals.members === undefined ? [] : memberSignals(rule, material)),
  ];
  const found = [...recordsOf(rule, material).values()].flatMap((record): Candidate[] => {
    const keys = new Set([keyOf(record), ...accountKeyOf(rule, record)]);
    const support = supportOf(keys, signals);
    if (support.confidence < leastConfidence) return [];
    const evidence = signals
      .filter(({ names }) => names.some((name) => keys.has(name)))
      .slice(0, mostEvidence)
      .map(({ shown, names }) => (names.length > 1 ? { ...shown, mayMean: names.length } : shown));
    const { kind, externalId, name } = record;
    return [{ kind, externalId, name, rule, ...support, evidence, activates: mayActivate(rule, support) }];
  });
  const sorted = found.sort((one, other) => (one.externalId < other.externalId ? -1 : 1));
  // Two records that are both sure are not sure.
  const isOne = sorted.filter(({ activates }) => activates).length === 1;
  return isOne ? sorted : sorted.map((candidate) => ({ ...candidate, activates: false }));
}

function mayActivate({ activate, threshold }: LinkRule, { clearKinds, confidence }: Support): boolean {
  return activate && clearKinds.length >= fewestClearKinds && confidence >= threshold;
}

function mentionSignal(
  { signals }: LinkRule,
  kind: 'title' | 'text',
  { value, messageIds, records }: Mentioned,
): ShownSignal {
  const shown = {
    signal: kind,
    value,
    pattern: signals[kind]?.pattern ?? '',
    ...(messageIds.length === 0 ? {} : { messageIds: messageIds.slice(0, mostMessages) }),
  };
  return { kind, weight: weights[kind], names: records.map(keyOf), shown };
}

/** What addresses say. Of a contact the account is what counts, but where the rule links to contacts. */
function memberSignals({ recordKind, signals: { members } }: LinkRule, material: Material): readonly ShownSignal[] {
  // A user of the CRM with a private address makes no company of its provider.
  const ofUsers = [...material.userDomains].filter((domain) => !isPublicDomain(domain));
  const own = new Set([...ofUsers, ...(members?.ownDomains ?? []).map((domain) => domain.toLowerCase())]);
  const alsoPublic = new Set((members?.publicDomains ?? []).map((domain) => domain.toLowerCase()));
  const found: ShownSignal[] = [];
  const domains = new Set<string>();
  for (const { externalId, email, contacts } of material.members) {
    const domain = domainOf(email);
    if (domain === undefined || own.has(domain)) continue;
    const names = contacts.flatMap((contact) =>
      recordKind === 'contact' ? [keyOf(contact)] : accountKey(contact.accountExternalId),
    );
    if (names.length > 0) {
      const shown = { signal: 'member', by: 'contact', memberExternalId: externalId };
      found.push({ kind: 'member', weight: weights.contact, names: [...new Set(names)], shown });
    }
    if (!isPublicDomain(domain) && !alsoPublic.has(domain)) domains.add(domain);
  }
  if (recordKind === 'contact') return found;
  for (const domain of [...domains].sort()) {
    const names = (material.accounts.get(domain) ?? []).map(keyOf);
    if (names.length === 0) continue;
    found.push({ kind: 'member', weight: weights.domain, names, shown: { signal: 'member', by: 'domain', domain } });
  }
  return found;
}

/** Every record of the rule's kind that something names. */
function recordsOf(
  { recordKind, signals: { members } }: LinkRule,
  material: Material,
): ReadonlyMap<string, FoundRecord> {
  const byMembers =
    members === undefined
      ? []
      : recordKind === 'contact'
        ? material.members.flatMap(({ contacts }) => contacts)
        : recordKind === 'account'
          ? [...accountsOfContacts(material.members), ...[...material.accounts.values()].flat()]
          : [];
  const mentioned = [...material.titles, ...material.texts].flatMap(({ records }) => records);
  // What was read of the record itself comes after what others tell of it, and stays.
  const all = [...byMembers, ...mentioned].filter(({ kind }) => kind === recordKind);
  return new Map(all.map((record) => [keyOf(record), record]));
}

/** Accounts of which only a contact tells; they go by their ids. */
function accountsOfContacts(members: readonly MatchedMember[]): readonly FoundRecord[] {
  return members
    .flatMap(({ contacts }) => contacts)
    .flatMap(({ accountExternalId: id }) => (id === undefined ? [] : [{ kind: 'account', externalId: id, name: id }]));
}

function keyOf({ kind, externalId }: RecordReference): string {
  return `${kind}/${externalId}`;
}

function accountKey(externalId: string | undefined): readonly string[] {
  return externalId === undefined ? [] : [keyOf({ kind: 'account', externalId })];
}

/** Members speak for an opportunity and a case by their account. */
function accountKeyOf({ recordKind }: LinkRule, { accountExternalId }: FoundRecord): readonly string[] {
  return recordKind === 'opportunity' || recordKind === 'case' ? accountKey(accountExternalId) : [];
}
