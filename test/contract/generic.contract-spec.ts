import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EndpointDouble } from '../../simulators/crm/generic/endpoint-double.js';
import { generic } from '../../src/crm/generic/generic.crm.js';
import { type FieldValue } from '../../src/crm/crm-record.js';
import { markVerified } from '../../src/deliveries/delivery.js';
import { genericDriver } from '../setup/connectors/generic.driver.js';
import { ConnectorTrial } from '../setup/connectors/connector-trial.js';

const documented = [...readFileSync('docs/crm/generic.md', 'utf8').matchAll(/^```json\n(.*?)^```/gms)].map(
  ([, text = '']): unknown => JSON.parse(text),
);
const [sent, put, removed, set, taken, changed, deleted] = documented;
const fixture = (name: string): unknown => JSON.parse(readFileSync(`test/fixtures/generic/${name}.json`, 'utf8'));

function validator(schema: unknown): ValidateFunction {
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  if (typeof schema !== 'object' || schema === null) throw new Error('the document has no schema there');
  return ajv.compile(schema);
}

describe('docs/crm/generic.md', () => {
  it('shows the bodies of the fixtures', () => {
    const names = ['entry-put', 'entry-removed', 'record-set', 'record-changed', 'record-deleted'];
    expect([put, removed, set, changed, deleted]).toEqual(names.map(fixture));
    expect(documented).toHaveLength(7);
  });

  it('has schemas that its examples keep to, and those of the other direction do not', () => {
    const [ours, theirs] = [validator(sent), validator(taken)];
    expect([put, removed, set].map((body) => [ours(body), theirs(body)])).toEqual([
      [true, false],
      [true, false],
      [true, false],
    ]);
    expect([changed, deleted].map((body) => [ours(body), theirs(body)])).toEqual([
      [false, true],
      [false, true],
    ]);
  });

  it('shows changes of records that become facts', () => {
    for (const body of [changed, deleted]) {
      const delivery = { body: Buffer.from(JSON.stringify(body)), query: '', headers: {}, receivedAt: new Date() };
      expect(generic.translate(markVerified(delivery, 'test'))).toMatchObject({ kind: 'facts' });
    }
  });
});

describe('what an endpoint gets', () => {
  let trial: ConnectorTrial;
  let double: EndpointDouble;

  beforeAll(async () => {
    trial = await ConnectorTrial.start(genericDriver);
    if (!(trial.stage.double instanceof EndpointDouble)) throw new Error('not the double of an endpoint');
    double = trial.stage.double;
  });
  afterAll(() => trial.end());

  const entry = {
    key: 'e-1',
    form: 'task',
    record: { kind: 'case', externalId: '1' },
    title: 'Call Ann',
    text: 'soon',
    at: new Date('2026-03-01T09:30:00Z'),
    isDone: false,
  } as const;

  it('keeps to the documented schema', async () => {
    await trial.calls().create(entry);
    await trial.calls().remove(entry, undefined);
    const values = { text: 'a', number: 1, flag: true, nothing: null, at: entry.at };
    await trial.calls().set?.(entry.record, new Map<string, FieldValue>(Object.entries(values)));
    const validate = validator(sent);
    expect(double.bodies).toHaveLength(3);
    for (const body of double.bodies) expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
  });

  it('is known as a repeat where the answer was lost, and as news where the entry changes, or changes back', async () => {
    const before = double.repeats;
    double.failNext({ what: { kind: 'cut-after' } });
    await expect(trial.calls().create(entry)).rejects.toMatchObject({ code: 'outcome-unknown' });
    await trial.calls().create(entry);
    expect(double.repeats).toBe(before + 1);
    await trial.calls().create({ ...entry, isDone: true });
    await trial.calls().create(entry);
    expect(double.repeats).toBe(before + 1);
    expect(double.bodies.slice(-3)).toMatchObject([
      { data: { isDone: false } },
      { data: { isDone: true } },
      { data: { isDone: false } },
    ]);
  });

  it('does not go out while there is no secret to sign it with', async () => {
    const { calls } = double;
    const { total } = calls;
    const account = { settings: trial.stage.settings, secret: () => undefined };
    const http = { request: () => Promise.reject(new Error('it went out')) };
    const tokens = {
      appToken: () => Promise.reject(new Error('asked')),
      organizationToken: () => Promise.resolve(undefined),
    };
    const at = generic.connector.at({ ...account, ...tokens }, http);
    await expect(at.create(entry)).rejects.toMatchObject({ code: 'needs-authorization' });
    expect(double.calls.total).toBe(total);
  });
});
