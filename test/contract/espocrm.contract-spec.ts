import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EspocrmDouble } from '../../simulators/crm/espocrm/espocrm-double.js';
import { type ConnectorCalls } from '../../src/crm/connector.js';
import { EntryStale } from '../../src/crm/crm.errors.js';
import { espocrmHydration } from '../../src/crm/espocrm/espocrm.hydration.js';
import { type CrmEntry } from '../../src/crm/crm-record.js';
import { NeedsAuthorization } from '../../src/platforms/platform.errors.js';
import { type ConnectorDriver } from '../setup/connectors/connector-driver.js';
import { ConnectorTrial } from '../setup/connectors/connector-trial.js';
import { espocrmDriver } from '../setup/connectors/espocrm.driver.js';

describe('entries in EspoCRM', () => {
  let trial: ConnectorTrial;
  let calls: ConnectorCalls;
  let entry: CrmEntry;

  beforeEach(async () => {
    trial = await ConnectorTrial.start(espocrmDriver);
    calls = trial.calls();
    const externalId = trial.stage.double.addRecord({ kind: 'opportunity', name: 'Deal' });
    entry = {
      key: 'k-1',
      form: 'task',
      record: { kind: 'opportunity', externalId },
      title: 'Call Ann',
      text: 'soon',
      at: new Date('2026-03-01T09:30:00Z'),
    };
  });
  afterEach(() => trial.end());

  it('refuses a change where somebody was faster between reading and writing, by the number of the version', async () => {
    const stored = await calls.create(entry);
    const { double } = trial.stage;
    const before = (call: number): void => {
      if (call === 2) double.changeEntry(stored.externalId, { text: 'Mine!' });
    };
    await expect(trial.calls({ before }).change?.(stored, { ...entry, text: 'Ours' })).rejects.toBeInstanceOf(
      EntryStale,
    );
    expect(double.entries()).toMatchObject([{ text: 'Mine!' }]);
  });

  it('finds a text by its key that is longer than lists show', async () => {
    const text = 'x'.repeat(20_000);
    await calls.create({ ...entry, form: 'note', text });
    expect(await calls.entry?.(entry.key, 'note', undefined)).toMatchObject({ text });
  });

  it('finds an entry by its id alone once people took the key away', async () => {
    const { externalId } = await calls.create(entry);
    espocrm(trial).write(externalId, { description: 'soon' });
    expect(await calls.entry?.(entry.key, 'task', undefined)).toBeUndefined();
    expect(await calls.entry?.(entry.key, 'task', externalId)).toMatchObject({ title: 'Call Ann', text: 'soon' });
  });

  it('keeps what people wrote below the key, and its key', async () => {
    const { externalId } = await calls.create(entry);
    const written = String(espocrm(trial).read(externalId)?.['description']);
    espocrm(trial).write(externalId, { description: `${written}\n\nMine` });
    const stored = await calls.entry?.(entry.key, 'task', undefined);
    expect(stored).toMatchObject({ externalId, text: 'soon\n\nMine' });
    if (stored !== undefined) await calls.change?.(stored, { ...entry, text: stored.text });
    expect(espocrm(trial).read(externalId)).toMatchObject({ description: 'soon\n\nMine\n\n[liaison:k-1]' });
  });

  it('does not take a quoted key for its own', async () => {
    await calls.create({ ...entry, text: 'Bob wrote:\n\n[liaison:k-9]\n\nand so on' });
    expect(await calls.entry?.('k-9', 'task', undefined)).toBeUndefined();
  });

  it('opens and closes a task as it is said to be', async () => {
    const stored = await calls.create({ ...entry, isDone: false });
    expect(statusOf(trial)).toBe('Not Started');
    await calls.change?.(stored, { ...entry, isDone: true });
    expect(statusOf(trial)).toBe('Completed');
  });
});

describe('records that EspoCRM is asked for', () => {
  it('come byte for byte, or with the status that says why not', async () => {
    const trial = await ConnectorTrial.start(espocrmDriver);
    try {
      const externalId = trial.stage.double.addRecord({ kind: 'case', name: 'It does not start' });
      const ask = async (id: string, answer?: { status: number }) => {
        if (answer !== undefined) trial.stage.double.failNext({ what: { kind: 'answer', ...answer } });
        const request = { resource: 'case', externalId: id, spaceExternalId: 'case' };
        const answers = await espocrmHydration.fetch(request, trial.account, trial.http);
        return answers.map(({ status, body }) => ({ status, says: body.toString('utf8') }));
      };
      const [found] = await ask(externalId);
      expect(found?.status).toBe(200);
      expect(found?.says).toContain('It does not start');
      expect(await ask('6a9')).toMatchObject([{ status: 404 }]);
      expect(await ask('../Account')).toMatchObject([{ status: 404 }]);
      expect(await ask(externalId, { status: 403 })).toMatchObject([{ status: 403 }]);
      await expect(ask(externalId, { status: 400 })).rejects.toMatchObject({ code: 'platform-unavailable' });
      await expect(ask(externalId, { status: 500 })).rejects.toMatchObject({ code: 'platform-unavailable' });
      await expect(ask(externalId, { status: 401 })).rejects.toMatchObject({ code: 'needs-authorization' });
    } finally {
      await trial.end();
    }
  });
});

describe('API users of EspoCRM', () => {
  const withSecrets = (secrets: Readonly<Record<string, string>>, known: Readonly<Record<string, string>>) =>
    ConnectorTrial.start({
      ...espocrmDriver,
      async start() {
        const double = await EspocrmDouble.start({ apiKey: 'the-key', ...known });
        const stage = await espocrmDriver.start();
        await stage.end();
        return { ...stage, double, settings: { siteUrl: double.url }, secrets, end: () => double.close() };
      },
    } satisfies ConnectorDriver);

  it.each([
    ['by their key', { apiKey: 'the-key' }, {}, true],
    ['by HMAC', { apiKey: 'the-key', secretKey: 'the-secret' }, { secretKey: 'the-secret' }, true],
    ['by the wrong key', { apiKey: 'another-key' }, {}, false],
    ['by the wrong secret', { apiKey: 'the-key', secretKey: 'another-secret' }, { secretKey: 'the-secret' }, false],
    ['without a key', {}, {}, false],
  ] as const)('are let in %s: %#', async (_, secrets, known, isLetIn) => {
    const trial = await withSecrets(secrets, known);
    try {
      const externalId = trial.stage.double.addRecord({ kind: 'account', name: 'Acme' });
      const answer = trial.calls().record({ kind: 'account', externalId });
      if (isLetIn) expect(await answer).toMatchObject({ name: 'Acme' });
      else await expect(answer).rejects.toBeInstanceOf(NeedsAuthorization);
    } finally {
      await trial.end();
    }
  });
});

function espocrm({ stage: { double } }: ConnectorTrial): EspocrmDouble {
  if (!(double instanceof EspocrmDouble)) throw new Error('not the double of EspoCRM');
  return double;
}

function statusOf(trial: ConnectorTrial): unknown {
  return espocrm(trial).read(trial.stage.double.entries()[0]?.externalId ?? '')?.['status'];
}
