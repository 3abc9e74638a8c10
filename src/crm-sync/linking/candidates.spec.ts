import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidatesOf, type Material, type MatchedMember, type Mentioned } from './candidates.js';
import { type LinkRule } from './link-rule.js';
import { type FoundRecord } from './lookup.js';

const rule: LinkRule = {
  id: '0190a000-0000-7000-8000-000000000001',
  tenantId: 'default',
  connectionId: '0190a000-0000-7000-8000-000000000002',
  name: 'Deal rooms',
  recordKind: 'opportunity',
  signals: {
    title: { pattern: '(.+)', finds: 'name' },
    text: { pattern: '(\\d+)', finds: 'number' },
    members: { ownDomains: ['us.example'] },
  },
  activate: true,
  threshold: 0.85,
};
const deal = (externalId: string, accountExternalId = 'a1'): FoundRecord => ({
  kind: 'opportunity',
  externalId,
  name: `Deal ${externalId}`,
  accountExternalId,
});
const account = (externalId: string): FoundRecord => ({ kind: 'account', externalId, name: `Account ${externalId}` });
const contact = (externalId: string, accountExternalId: string): FoundRecord => ({
  kind: 'contact',
  externalId,
  name: 'Ann',
  accountExternalId,
});
const titled = (...records: readonly FoundRecord[]): Mentioned => ({ value: 'Acme', messageIds: [], records });
const said = (value: string, ...records: readonly FoundRecord[]): Mentioned => ({ value, messageIds: ['m1'], records });
const member = (email: string, ...contacts: readonly FoundRecord[]): MatchedMember => ({
  externalId: email,
  email,
  contacts,
});
const none: Material = { titles: [], texts: [], members: [], accounts: new Map(), userDomains: new Set() };

describe('the records that a rule finds', () => {
  it('are suggested with what names them', () => {
    const [found] = candidatesOf(rule, { ...none, titles: [titled(deal('1'))] });
    expect(found).toMatchObject({
      kind: 'opportunity',
      externalId: '1',
      confidence: 0.75,
      activates: false,
      evidence: [{ signal: 'title', value: 'Acme' }],
    });
  });

  it('are linked where two kinds of signals name one and no other', () => {
    const found = candidatesOf(rule, { ...none, titles: [titled(deal('1'))], texts: [said('117', deal('1'))] });
    expect(found).toMatchObject([{ externalId: '1', confidence: 0.9, activates: true }]);
  });

  it('are supported by members who are contacts of their account, or have an address there', () => {
    const members = [member('ann@acme.test', contact('c1', 'a1'))];
    const byContact = candidatesOf(rule, { ...none, titles: [titled(deal('1'))], members });
    expect(byContact).toMatchObject([{ confidence: 0.9, activates: true }]);
    const accounts = new Map([['acme.test', [account('a1')]]]);
    const byDomain = candidatesOf(rule, {
      ...none,
      titles: [titled(deal('1'))],
      members: [member('bob@acme.test')],
      accounts,
    });
    expect(byDomain).toMatchObject([
      { confidence: 0.875, activates: true, evidence: [{ signal: 'title' }, { by: 'domain', domain: 'acme.test' }] },
    ]);
  });

  it('are not supported by addresses of the tenant, of users of the CRM, or at public providers', () => {
    const accounts = new Map(['us.example', 'crm.example', 'gmail.com'].map((domain) => [domain, [account('a1')]]));
    const members = [member('a@us.example', contact('c', 'a1')), member('b@crm.example'), member('c@gmail.com')];
    const found = candidatesOf(rule, {
      ...none,
      titles: [titled(deal('1'))],
      members,
      accounts,
      userDomains: new Set(['crm.example']),
    });
    expect(found).toMatchObject([{ confidence: 0.75, activates: false }]);
  });

  it('are supported by contacts at a public provider, where a user of the CRM has an address there, too', () => {
    const found = candidatesOf(rule, {
      ...none,
      titles: [titled(deal('1'))],
      members: [member('ann@gmail.com', contact('c1', 'a1'))],
      userDomains: new Set(['gmail.com']),
    });
    expect(found).toMatchObject([{ confidence: 0.9 }]);
  });

  it('are supported by a contact with a private address, whose domain says nothing', () => {
    const members = [member('ann@gmail.com', contact('c1', 'a1'))];
    const found = candidatesOf(rule, { ...none, titles: [titled(deal('1'))], members });
    expect(found).toMatchObject([{ confidence: 0.9, evidence: [{ signal: 'title' }, { by: 'contact' }] }]);
  });

  it('are less sure and at most suggested where a name means several', () => {
    const found = candidatesOf(rule, {
      ...none,
      titles: [titled(deal('1', 'a1'), deal('2', 'a2'))],
      members: [member('ann@acme.test', contact('c1', 'a1'))],
    });
    expect(found).toMatchObject([
      { externalId: '1', confidence: 0.75, activates: false, evidence: [{ mayMean: 2 }, {}] },
      { externalId: '2', confidence: 0.375, activates: false },
    ]);
  });

  it('are at most suggested where two of them are sure', () => {
    const found = candidatesOf(
      { ...rule, threshold: 0.5 },
      { ...none, titles: [titled(deal('1'))], texts: [said('1', deal('1'))], members: [] },
    );
    expect(found.map(({ activates }) => activates)).toEqual([true]);
    const both = candidatesOf(
      { ...rule, recordKind: 'account' },
      { ...none, titles: [titled(account('a1'))], texts: [said('1', account('a2'))] },
    );
    expect(both.map(({ activates }) => activates)).toEqual([false, false]);
  });

  it('are not suggested where many are mentioned in passing', () => {
    const texts = Array.from({ length: 5 }, (_, index) => said(String(index), deal(String(index))));
    expect(candidatesOf(rule, { ...none, texts })).toEqual([]);
  });

  it('are accounts that members speak for alone, where the rule links to accounts', () => {
    const accounts = new Map([['acme.test', [account('a1')]]]);
    const found = candidatesOf(
      { ...rule, recordKind: 'account' },
      { ...none, members: [member('bob@acme.test')], accounts },
    );
    expect(found).toMatchObject([{ kind: 'account', externalId: 'a1', name: 'Account a1', confidence: 0.5 }]);
  });

  it('never become links by one kind of signal, whatever it is and however often it comes', () => {
    const someDeals = fc
      .uniqueArray(fc.constantFrom('1', '2', '3'), { minLength: 1 })
      .map((ids) => ids.map((id) => deal(id)));
    const mentioned = fc.array(fc.record({ value: fc.string(), messageIds: fc.constant(['m']), records: someDeals }), {
      maxLength: 20,
    });
    const oneKind = fc.oneof(
      mentioned.map((titles): Material => ({ ...none, titles })),
      mentioned.map((texts): Material => ({ ...none, texts })),
      fc.array(fc.constantFrom('a1', 'a2'), { maxLength: 20 }).map((ids): Material => ({
        ...none,
        members: ids.map((id, index) => member(`p${index}@${id}.test`, contact(`c${index}`, id))),
        accounts: new Map(ids.map((id) => [`${id}.test`, [account(id)]])),
      })),
    );
    fc.assert(
      fc.property(oneKind, fc.constantFrom('opportunity', 'account', 'contact'), (material, recordKind) => {
        const found = candidatesOf({ ...rule, recordKind, threshold: 0.5 }, material);
        expect(found.filter(({ activates }) => activates)).toEqual([]);
      }),
    );
  });
});
