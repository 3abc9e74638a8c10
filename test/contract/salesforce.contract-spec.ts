import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SalesforceDouble } from '../../simulators/crm/salesforce/salesforce-double.js';
import { OutboundHttp } from '../../src/common/outbound/outbound-http.js';
import { endpointOf } from '../../src/common/outbound/endpoint.js';
import { parseWith } from '../../src/common/http/validation.js';
import { type ConnectorCalls } from '../../src/crm/connector.js';
import { EntryStale } from '../../src/crm/crm.errors.js';
import { type CrmEntry } from '../../src/crm/crm-record.js';
import { salesforce } from '../../src/crm/salesforce/salesforce.crm.js';
import { salesforceAppTokens, salesforceUserGrants } from '../../src/crm/salesforce/salesforce.oauth.js';
import { markVerified } from '../../src/deliveries/delivery.js';
import { type PlatformAccount } from '../../src/platforms/platform-account.js';
import { NeedsAuthorization } from '../../src/platforms/platform.errors.js';
import { OAuthClient } from '../../src/tokens/oauth-client.js';
import { ConnectorTrial } from '../setup/connectors/connector-trial.js';
import { salesforceDriver } from '../setup/connectors/salesforce.driver.js';

let trial: ConnectorTrial;
let calls: ConnectorCalls;
let double: SalesforceDouble;

beforeEach(async () => {
  trial = await ConnectorTrial.start(salesforceDriver);
  calls = trial.calls();
  if (!(trial.stage.double instanceof SalesforceDouble)) throw new Error('not the double of Salesforce');
  double = trial.stage.double;
});
afterEach(() => trial.end());

function entryAbout(kind: 'opportunity' | 'contact', given: Partial<CrmEntry> = {}): CrmEntry {
  const record = { kind, externalId: double.addRecord({ kind, name: 'Acme' }) };
  const at = new Date('2026-03-01T09:30:00Z');
  return { key: 'k-1', form: 'note', record, title: 'Decision', text: 'Monday', at, ...given };
}

describe('docs/crm/salesforce.md', () => {
  it('shows the calls of the fixtures, which become facts', () => {
    const text = readFileSync('docs/crm/salesforce.md', 'utf8');
    const documented = [...text.matchAll(/^```json\n(.*?)^```/gms)].map(([, body = '']): unknown => JSON.parse(body));
    const fixtures = ['record-changed', 'record-deleted'].map((name) => {
      const body = readFileSync(`test/fixtures/salesforce/${name}.json`);
      const delivery = { body, query: '', headers: {}, receivedAt: new Date() };
      expect(salesforce.translate(markVerified(delivery, 'test'))).toMatchObject({ kind: 'facts' });
      return JSON.parse(body.toString('utf8')) as unknown;
    });
    expect(documented).toEqual(fixtures);
  });
});

describe('settings of Salesforce', () => {
  const valid = { instanceUrl: 'https://acme.my.salesforce.com', clientId: '3MVG9' };

  it('fills in what is not said', () => {
    const settings = parseWith(salesforce.settings, valid, '/settings');
    expect(settings).toMatchObject({ apiVersion: '62.0', keyField: 'Liaison_Key__c', multiCurrency: false });
  });

  it.each([
    { instanceUrl: 'https://acme.lightning.force.com' },
    { instanceUrl: 'https://acme.my.salesforce.com/services' },
    { instanceUrl: 'https://user@acme.my.salesforce.com' },
    { instanceUrl: 'ftp://acme.my.salesforce.com' },
    { instanceUrl: 'acme' },
    { apiVersion: '45.0' },
    { apiVersion: '62' },
    { keyField: 'Subject' },
    { keyField: 'A/B__c' },
  ])('refuses %j', (wrong) => {
    expect(() => parseWith(salesforce.settings, { ...valid, ...wrong }, '/settings')).toThrow();
  });
});

describe('entries in Salesforce', () => {
  it('are completed tasks about the record, and about a contact as who it is', async () => {
    const { externalId } = await calls.create(entryAbout('contact'));
    expect(double.org.task(externalId)).toMatchObject({ Status: 'Completed', ActivityDate: '2026-03-01' });
    expect(double.org.task(externalId)['WhoId']).toMatch(/^003/);
  });

  it('leave the status of a task to people where nothing is said of it', async () => {
    const entry = entryAbout('opportunity', { form: 'task', isDone: true });
    const stored = await calls.create(entry);
    expect(double.org.task(stored.externalId)['Status']).toBe('Completed');
    await calls.change?.(stored, {
      key: 'k-1',
      form: 'task',
      record: entry.record,
      title: 'T',
      text: '',
      at: entry.at,
    });
    expect(double.org.task(stored.externalId)['Status']).toBe('Completed');
  });

  it('cost one call to make or read, and two to change', async () => {
    const stored = await calls.create(entryAbout('opportunity'));
    expect(double.calls.total).toBe(1);
    await calls.entry?.('k-1', 'note', undefined);
    expect(double.calls.total).toBe(2);
    await calls.change?.(stored, entryAbout('opportunity', { text: 'Tuesday' }));
    expect(double.calls.total).toBe(4);
  });

  it('are not written over when somebody changes them between our look and our change', async () => {
    const stored = await calls.create(entryAbout('opportunity'));
    const later = new Date(Date.now() + 60_000);
    const using = trial.calls({
      before: (call) => {
        if (call === 2) double.org.changeTask(stored.externalId, { Description: 'Mine' }, later);
      },
    });
    await expect(using.change?.(stored, entryAbout('opportunity', { text: 'Ours' }))).rejects.toBeInstanceOf(
      EntryStale,
    );
    expect(double.entries()).toMatchObject([{ text: 'Mine' }]);
  });

  it('are read with the line ends that people’s browsers make as ours', async () => {
    const { externalId } = await calls.create(entryAbout('opportunity'));
    double.changeEntry(externalId, { text: 'one\r\ntwo' });
    expect(await calls.entry?.('k-1', 'note', undefined)).toMatchObject({ text: 'one\ntwo' });
  });

  it('are refused where the field of the key is another one', async () => {
    const settings = { ...trial.stage.settings, keyField: 'Other__c' };
    const other = await ConnectorTrial.start({
      ...salesforceDriver,
      start: () => Promise.resolve({ ...trial.stage, settings, end: () => Promise.resolve() }),
    });
    const using = other.calls();
    for (const call of [using.create(entryAbout('opportunity')), using.entry?.('k-1', 'note', undefined)]) {
      await expect(call).rejects.toMatchObject({ reason: 'invalid' });
    }
    await other.end();
  });
});

describe('amounts in Salesforce', () => {
  it('keep all their digits', async () => {
    const row =
      '{"Id":"006000000000001AAA","SystemModstamp":"2026-03-01T09:30:00.000+0000","Amount":123456789012345678.01}';
    const body = `{"totalSize":1,"done":true,"records":[${row}]}`;
    const headers = { 'content-type': 'application/json;charset=UTF-8' };
    double.failNext({ what: { kind: 'answer', status: 200, headers, body } });
    const record = await calls.record({ kind: 'opportunity', externalId: '006000000000001AAA' });
    expect(record).toMatchObject({ amount: '123456789012345678.01', changedAt: new Date('2026-03-01T09:30:00Z') });
  });
});

describe('the daily limit of Salesforce', () => {
  it('keeps calls back from 95 % on, before they go out', async () => {
    double.usage.used = 94_999;
    await calls.create(entryAbout('opportunity'));
    const { total } = double.calls;
    const refused = calls.record({ kind: 'account', externalId: '001000000000001AAA' });
    await expect(refused).rejects.toMatchObject({ reason: 'rate-limited', retryAfterSeconds: 900 });
    expect(double.calls.total).toBe(total);
  });
});

describe('changed records in Salesforce', () => {
  it('come in order over all kinds and many pages, none left out', async () => {
    const begin = await calls.changedAfter?.(undefined);
    const start = Date.now() - 300_000;
    const kinds = ['opportunity', 'account', 'case', 'contact'] as const;
    const ids = Array.from({ length: 2_400 }, (_, number) => {
      // Half of all opportunities within one second, the rest one a second.
      const kind = number < 1_200 ? 'opportunity' : (kinds[number % 4] ?? 'case');
      const at = new Date(start + (number < 600 ? 0 : (number % 250) * 1_000));
      return double.org.addRecord({ kind, name: `number ${number}` }, at);
    });
    const seen: { readonly id: string; readonly ms: number }[] = [];
    let page = begin;
    for (let pages = 0; page !== undefined && (pages === 0 || page.hasMore) && pages < 20; pages++) {
      page = await calls.changedAfter?.(page.position);
      for (const { externalId, changedAt } of page?.records ?? [])
        seen.push({ id: externalId, ms: changedAt.getTime() });
    }
    expect(page?.hasMore).toBe(false);
    expect(seen.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(seen.map(({ ms }) => ms)).toEqual(seen.map(({ ms }) => ms).sort((one, other) => one - other));
  });

  it('include one whose transaction was long and came to light after later ones', async () => {
    const begin = await calls.changedAfter?.(undefined);
    double.addRecord({ kind: 'account', name: 'quick' });
    const first = await calls.changedAfter?.(begin?.position);
    const late = double.org.addRecord({ kind: 'account', name: 'slow' }, new Date(Date.now() - 5 * 60_000));
    const second = await calls.changedAfter?.(first?.position);
    expect(second?.records.map(({ externalId }) => externalId)).toContain(late);
  });

  it('include one that came to light while a long walk went on', async () => {
    const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
    const account = double.addRecord({ kind: 'account', name: 'new' });
    const seen = { account: { at: ago(25), id: account } };
    const end = await calls.changedAfter?.(JSON.stringify({ since: ago(120), begun: ago(20), seen }));
    const late = double.org.addRecord({ kind: 'account', name: 'slow' }, new Date(ago(28)));
    const next = await calls.changedAfter?.(end?.position);
    expect(next?.records.map(({ externalId }) => externalId)).toContain(late);
  });

  it('are not read again and again when nothing has changed for long', async () => {
    const position = JSON.stringify({ since: new Date(Date.now() - 7_200_000).toISOString() });
    double.org.addRecord({ kind: 'account', name: 'old' }, new Date(Date.now() - 5_400_000));
    const first = await calls.changedAfter?.(position);
    expect(first?.records).toHaveLength(1);
    const second = await calls.changedAfter?.(first?.position);
    const third = await calls.changedAfter?.(second?.position);
    expect(JSON.parse(third?.position ?? '')).toEqual(JSON.parse(first?.position ?? ''));
    expect(third?.records.length).toBeLessThanOrEqual(1);
  });

  it.each(['', '{}', '{"since":"soon"}'])('are not begun anew from %j, which is no position', async (position) => {
    await expect(calls.changedAfter?.(position)).rejects.toBeInstanceOf(TypeError);
  });
});

describe('OAuth at Salesforce', () => {
  let http: OutboundHttp;
  let account: PlatformAccount;

  beforeEach(() => {
    const { settings, secrets } = trial.stage;
    http = new OutboundHttp({ allow: [endpointOf(new URL(double.url))] });
    account = {
      settings,
      secret: (name) => String(secrets[name]),
      appToken: () => Promise.reject(new NeedsAuthorization()),
      organizationToken: () => Promise.resolve(undefined),
    };
  });
  afterEach(() => http.close());

  it('gives the app a token for its own, without an end, that serves until the session is over', async () => {
    const client = new OAuthClient(salesforceAppTokens.server(account), http);
    const { tokens } = await client.clientCredentials(salesforceAppTokens.parameters(account));
    expect(tokens).toMatchObject({ accessSeconds: undefined, refreshToken: undefined });
    const { accessToken } = tokens;
    const using = salesforce.connector.at({ ...account, appToken: () => Promise.resolve(accessToken) }, http);
    const reference = { kind: 'account', externalId: double.addRecord({ kind: 'account', name: 'Acme' }) } as const;
    expect(await using.record(reference)).toMatchObject({ name: 'Acme' });
    double.oauth.expireTokens();
    await expect(using.record(reference)).rejects.toBeInstanceOf(NeedsAuthorization);
  });

  it('has the work wait for the client secret where none is stored', () => {
    const without = { ...account, secret: () => undefined };
    expect(() => salesforceAppTokens.server(without)).toThrow(NeedsAuthorization);
  });

  it('lets a user consent with PKCE, says who it was, refreshes and takes tokens back', async () => {
    const client = new OAuthClient(await salesforceUserGrants.server(account, http), http);
    const [redirectUri, state, verifier] = ['https://liaison.example/oauth/callback', 'the-state', 'v'.repeat(43)];
    const scopes = salesforceUserGrants.defaultScopes;
    const url = await client.authorizationUrl({ redirectUri, scopes, state, verifier });
    const consent = await http.request({ method: 'GET', url });
    const { tokens, answer } = await client.exchange(new URL(consent.headers['location'] ?? ''), { state, verifier });
    expect(await salesforceUserGrants.whoIs(tokens.accessToken, answer, account, http)).toEqual({
      externalId: '005000000000002AAA',
      name: 'Ann Admin',
      email: 'ann@acme.example',
    });
    const refreshToken = tokens.refreshToken ?? '';
    expect((await client.refresh(refreshToken)).tokens.refreshToken).toBeUndefined();
    await client.revoke(refreshToken);
    await expect(client.refresh(refreshToken)).rejects.toBeInstanceOf(NeedsAuthorization);
    const who = salesforceUserGrants.whoIs(tokens.accessToken, answer, account, http);
    await expect(who).rejects.toBeInstanceOf(NeedsAuthorization);
  });
});
