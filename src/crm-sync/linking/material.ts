import { type MatchedMember, type Material, type Mentioned } from './candidates.js';
import { type LinkRule } from './link-rule.js';
import { longestKey, lookupId, lookupKey, type FoundRecord, type Lookup } from './lookup.js';
import { domainOf, isPublicDomain } from './mail-domains.js';
import { titleSource, type Mention } from './mentions.js';
import { type SpaceReading } from './space-reading.js';

/** What was read of a space. */
export interface ReadSpace {
  readonly space: SpaceReading;
  readonly mentions: readonly Mention[];
  /** Domains of the CRM's own users. */
  readonly userDomains: ReadonlySet<string>;
}

/**
 * Whether it matters who the members are: where the space has a link or mentions something, or they alone can say what it is about.
 * Nobody is looked up for all other spaces.
 */
function needsPeople(rules: readonly LinkRule[], { space, mentions }: ReadSpace): boolean {
  const bySelves = ({ recordKind, signals }: LinkRule): boolean =>
    signals.members !== undefined && (recordKind === 'account' || recordKind === 'contact');
  return space.isLinked || mentions.length > 0 || rules.some(bySelves);
}

/** What the CRM must be asked to know which records these rules mean, and who the members are. Titles come first. */
export function lookupsFor(rules: readonly LinkRule[], read: ReadSpace): readonly Lookup[] {
  const { space, mentions, userDomains } = read;
  const mentioned = rules.flatMap((rule) =>
    mentions.filter(({ ruleId }) => ruleId === rule.id).map((mention) => lookupOf(rule, mention)),
  );
  if (!needsPeople(rules, read)) return mentioned;
  const emails = space.members.filter(({ email }) => lookupKey(email).length <= longestKey);
  const people = emails.map(({ email }): Lookup => contactOf(email));
  const needsAccounts = rules.some(
    ({ recordKind, signals }) => signals.members !== undefined && recordKind !== 'contact',
  );
  const domains = needsAccounts ? customersDomains(space, userDomains) : [];
  return [...mentioned, ...people, ...domains.map(accountsOf)];
}

/** What speaks for records by one rule, once the CRM has answered. */
export function materialOf(
  rule: LinkRule,
  { space, mentions, userDomains }: ReadSpace,
  answers: ReadonlyMap<string, readonly FoundRecord[]>,
): Material {
  const found = (lookup: Lookup): readonly FoundRecord[] => answers.get(lookupId(lookup)) ?? [];
  const own = mentions.filter(({ ruleId }) => ruleId === rule.id);
  const members = space.members.map(({ externalId, email }): MatchedMember => ({
    externalId,
    email,
    contacts: found(contactOf(email)),
  }));
  const accounts = customersDomains(space, userDomains).map((domain) => [domain, found(accountsOf(domain))] as const);
  const mentioned = (isIt: (mention: Mention) => boolean): readonly Mentioned[] =>
    grouped(own.filter(isIt)).map(([mention, messageIds]) => ({
      value: mention.value,
      messageIds,
      records: found(lookupOf(rule, mention)),
    }));
  return {
    titles: mentioned(({ source }) => source === titleSource),
    texts: mentioned(({ source }) => source !== titleSource),
    members,
    accounts: new Map(accounts),
    userDomains,
  };
}

/** Each value once, with the messages in which it stands. */
function grouped(mentions: readonly Mention[]): readonly (readonly [Mention, readonly string[]])[] {
  const groups = new Map<string, { readonly first: Mention; readonly messageIds: string[] }>();
  for (const mention of mentions) {
    const key = lookupKey(mention.value);
    const group = groups.get(key) ?? { first: mention, messageIds: [] };
    groups.set(key, group);
    if (mention.source !== titleSource) group.messageIds.push(mention.source);
  }
  return [...groups.values()].map(({ first, messageIds }) => [
    first,
    // The oldest: those stay the same when more is said.
    messageIds.toReversed(),
  ]);
}

function lookupOf({ recordKind, signals }: LinkRule, { source, value }: Mention): Lookup {
  const signal = source === titleSource ? signals.title : signals.text;
  return { by: signal?.finds ?? 'name', kind: recordKind, value };
}

function contactOf(email: string): Lookup {
  return { by: 'email', kind: 'contact', value: email };
}

function accountsOf(domain: string): Lookup {
  return { by: 'email-domain', kind: 'account', value: domain };
}

/** The domains of members that may be a customer's. */
function customersDomains({ members }: SpaceReading, userDomains: ReadonlySet<string>): readonly string[] {
  const domains = members.flatMap(({ email }) => domainOf(email) ?? []);
  return [...new Set(domains)].filter((domain) => !isPublicDomain(domain) && !userDomains.has(domain)).sort();
}
