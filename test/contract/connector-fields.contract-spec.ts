import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CrmFault } from '../../simulators/crm/common/crm-double.js';
import { type ConnectorCalls } from '../../src/crm/connector.js';
import { CrmRefused } from '../../src/crm/crm.errors.js';
import { type CrmPlatform } from '../../src/crm/crm-platform.js';
import { type FieldValue, type RecordReference } from '../../src/crm/crm-record.js';
import { sameValue, storedValue } from '../../src/crm-sync/mapping/field-values.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../../src/platforms/platform.errors.js';
import { connectors } from '../../src/registry.module.js';
import { connectorDrivers } from '../setup/connectors/connector-drivers.js';
import { ConnectorTrial } from '../setup/connectors/connector-trial.js';

const everyCall = 50;
const subjects = connectors.flatMap((platform: CrmPlatform) => {
  const driver = connectorDrivers[platform.id];
  return driver === undefined ? [] : [{ id: platform.id, connector: platform.connector, driver }];
});

describe.each(subjects)('fields of records by the connector $id', ({ connector, driver }) => {
  let trial: ConnectorTrial;
  let calls: ConnectorCalls;
  let record: RecordReference;

  beforeEach(async () => {
    trial = await ConnectorTrial.start(driver);
    calls = trial.calls();
    record = { kind: 'opportunity', externalId: trial.stage.double.addRecord({ kind: 'opportunity', name: 'Acme' }) };
  });
  afterEach(async () => {
    await trial.end();
  });

  const set = (fields: Readonly<Record<string, FieldValue>>): Promise<unknown> =>
    calls.set?.(record, new Map(Object.entries(fields))) ?? Promise.reject(new Error('it sets none'));
  const shown = (name: string): string => {
    const value = trial.stage.double.fieldsOf(record.externalId)[name] ?? null;
    return typeof value === 'string' ? value : JSON.stringify(value);
  };

  it('are set where it says so', () => {
    expect(calls.set !== undefined).toBe(connector.setsFields);
  });

  it.each(['call Olga', 'a\nb', '<b>"x"</b> & ä 👍', "'; drop table"])(
    'hold the text %j as it was set',
    async (value) => {
      const { text } = trial.stage.fields;
      await set({ [text]: value });
      if (calls.fields === undefined) expect(shown(text)).toBe(value);
      else expect((await calls.fields(record, [text]))?.get(text)).toBe(value);
    },
  );

  it('hold the number and, where the CRM is asked, tell it so that it is known again', async () => {
    const { number } = trial.stage.fields;
    await set({ [number]: 12.5 });
    expect(shown(number)).toBe('12.5');
    const told = await calls.fields?.(record, [number]);
    if (told !== undefined) expect(sameValue(storedValue(told.get(number) ?? null), 12.5)).toBe(true);
  });

  it('are emptied by null', async () => {
    const { text } = trial.stage.fields;
    await set({ [text]: 'call Olga' });
    await set({ [text]: null });
    expect(['null', '']).toContain(shown(text));
  });

  it('are the same after the same again, and the others stay as they were', async () => {
    const { text, number } = trial.stage.fields;
    await set({ [text]: 'call Olga', [number]: 3 });
    await set({ [text]: 'write to Olga' });
    const once = trial.stage.double.fieldsOf(record.externalId)[number];
    await set({ [text]: 'write to Olga' });
    expect(shown(text)).toBe('write to Olga');
    expect(trial.stage.double.fieldsOf(record.externalId)[number]).toEqual(once);
    expect(String(once)).toBe('3');
  });

  it('are told of a person, where the CRM is asked', async () => {
    if (calls.fields === undefined) return;
    const { text } = trial.stage.fields;
    await set({ [text]: 'call Olga' });
    trial.stage.double.setFields(record.externalId, { [text]: 'called her' });
    expect((await calls.fields(record, [text]))?.get(text)).toBe('called her');
  });

  it('are nowhere where the record is not there', async () => {
    if (calls.fields === undefined) return;
    trial.stage.double.removeRecord(record.externalId);
    expect(await calls.fields(record, [trial.stage.fields.text])).toBeUndefined();
    await expect(set({ [trial.stage.fields.text]: 'x' })).rejects.toMatchObject({
      code: 'crm-refused',
      reason: 'gone',
    });
  });

  it.each([
    ['a lost answer', (): Fault => ({ kind: 'cut-after' }), [OutcomeUnknown, PlatformUnavailable]],
    ['too many calls', (): Fault => ({ kind: 'answer', ...trial.stage.tooMany }), [PlatformUnavailable]],
    ['a token that is not taken', (): Fault => ({ kind: 'answer', status: 401, body: '' }), [NeedsAuthorization]],
    ['a refusal', (): Fault => ({ kind: 'answer', ...refusalOf(trial) }), [CrmRefused]],
  ] as const)('fail by %s as entries do, and tell no secret', async (_name, faultOf, expected) => {
    trial.stage.double.failNext({ times: everyCall, what: faultOf() });
    const error = await set({ [trial.stage.fields.text]: 'x' }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(expected.some((Class) => error instanceof Class)).toBe(true);
    expect(trial.secretsIn(error)).toEqual([]);
  });
});

type Fault = CrmFault['what'];

function refusalOf({ stage }: ConnectorTrial): ConnectorTrial['stage']['refusals'][number] {
  const found = stage.refusals.find(({ reason }) => reason === 'forbidden' || reason === 'invalid');
  if (found === undefined) throw new Error('the CRM refuses nothing');
  return found;
}
