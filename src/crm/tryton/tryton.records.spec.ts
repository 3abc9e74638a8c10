import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type JsonObject, type JsonValue } from '../../common/json/json.js';
import { recordIn, rowsIn, type TrytonKind } from './tryton.records.js';

/** The rows that a real Tryton gave. */
function rowsOf(name: string): readonly JsonObject[] {
  const text = readFileSync(`test/fixtures/tryton/${name}.json`, 'utf8');
  // The recordings have this form; test/fixtures/tryton/SOURCES.md.
  const { body } = JSON.parse(text) as { readonly body: string };
  const { result } = JSON.parse(body) as { readonly result: JsonValue };
  return rowsIn(result);
}

const recordsOf = (name: string, kind: TrytonKind): readonly unknown[] =>
  rowsOf(name).map((row) => recordIn(row, kind, 'https://crm.example/#tryton'));

describe('a record of Tryton', () => {
  it('is an opportunity with its stage, amount, currency and owner', () => {
    expect(recordsOf('response_opportunity', 'opportunity')).toEqual([
      {
        kind: 'opportunity',
        externalId: '1',
        name: 'Analytical Engine No. 2',
        stage: 'lead',
        isClosed: false,
        isWon: false,
        amount: '1200.50',
        currency: 'EUR',
        owner: { externalId: '1', name: 'Erika Employee', email: 'erika@example.test' },
        url: 'https://crm.example/#tryton/model/sale.opportunity/1',
        // These two say the same time: that of the last change.
        version: expect.stringMatching(/^\d{10}\.\d{6}$/) as unknown,
        changedAt: expect.any(Date) as unknown,
      },
    ]);
  });

  it('changed when it was made, where nobody changed it since', () => {
    const [made] = rowsOf('response_opportunity_made').map((row) => recordIn(row, 'opportunity', undefined));
    const [changed] = rowsOf('response_opportunity').map((row) => recordIn(row, 'opportunity', undefined));
    for (const record of [made, changed]) {
      expect(record?.changedAt.getTime()).toBe(Math.floor(Number(record?.version) * 1_000));
    }
    expect(changed?.changedAt.getTime()).toBeGreaterThan(made?.changedAt.getTime() ?? Infinity);
  });

  it('goes by its number where it has no description, and says nothing of what it has not', () => {
    const [bare] = rowsOf('response_opportunity_bare').map((row) => recordIn(row, 'opportunity', undefined));
    expect(bare).toEqual({
      kind: 'opportunity',
      externalId: '2',
      name: '2',
      stage: 'lead',
      isClosed: false,
      isWon: false,
      version: expect.any(String) as unknown,
      changedAt: expect.any(Date) as unknown,
    });
  });

  it.each([
    ['lead', false, false],
    ['opportunity', false, false],
    ['converted', false, false],
    ['won', true, true],
    ['lost', true, false],
    ['cancelled', true, false],
  ])('in the state %s is closed: %s, won: %s', (state, isClosed, isWon) => {
    const [row = {}] = rowsOf('response_opportunity');
    expect(recordIn({ ...row, state }, 'opportunity', undefined)).toMatchObject({ stage: state, isClosed, isWon });
  });

  it.each(['account', 'contact'] as const)('is a party as the %s, with the addresses that are not archived', (kind) => {
    const [row = {}] = rowsOf('response_party');
    expect(recordIn(row, kind, undefined)).toMatchObject({
      kind,
      name: 'Ada Lovelace',
      emails: ['ada.lovelace@example.test'],
    });
    const archived = { ...row, 'contact_mechanisms.': [{ id: 1, type: 'email', value: 'a@b.test', active: false }] };
    expect(recordIn(archived, kind, undefined)).toMatchObject({ emails: [] });
  });

  it('has another version once an address of it changed', () => {
    const [row = {}] = rowsOf('response_party');
    const versionWith = (mechanisms: JsonValue): string =>
      recordIn({ ...row, 'contact_mechanisms.': mechanisms }, 'contact', undefined).version;
    const one = { id: 1, type: 'email', value: 'a@b.test', active: true, _timestamp: '1.000001' };
    const other = { ...one, id: 2 };
    const versions = [[], [one], [other], [one, other], [{ ...one, _timestamp: '2.000001' }]].map(versionWith);
    expect(new Set(versions).size).toBe(versions.length);
    expect(versionWith([one, other])).toBe(versionWith([other, one]));
  });

  it('is none where there is none', () => {
    expect(rowsOf('response_nothing')).toEqual([]);
  });
});
