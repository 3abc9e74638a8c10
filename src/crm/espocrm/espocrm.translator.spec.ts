import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { markVerified, type VerifiedDelivery } from '../../deliveries/delivery.js';
import { fetchedDelivery } from '../../deliveries/fetched-delivery.js';
import { type LiaisonEvent } from '../../events/event.js';
import { Untranslatable } from '../../platforms/platform.errors.js';
import { espocrmHydration } from './espocrm.hydration.js';
import { readEspocrm } from './espocrm.reading.js';
import { translateEspocrm } from './espocrm.translator.js';

const receivedAt = new Date('2026-03-01T10:00:00.000Z');
const fixture = (name: string): string => readFileSync(`test/fixtures/espocrm/${name}.json`, 'utf8');

function delivered(body: string, event = 'Opportunity.update'): VerifiedDelivery {
  const query = event === '' ? '' : `event=${event}`;
  return markVerified({ body: Buffer.from(body), query, headers: {}, receivedAt }, 'test');
}

function judged(body: string, event?: string): string {
  try {
    const translation = translateEspocrm(delivered(body, event));
    return translation.kind === 'facts' ? `${translation.facts.length} facts` : translation.platformType;
  } catch (error) {
    if (error instanceof Untranslatable) return error.reason;
    throw error;
  }
}

const common = { occurredAt: receivedAt, space: undefined };

describe('translateEspocrm', () => {
  it('makes of an update one fact for each record, with what changed and no more', () => {
    expect(translateEspocrm(delivered(fixture('opportunity-update')))).toEqual({
      kind: 'facts',
      facts: [
        {
          ...common,
          type: 'crm.record.changed',
          data: {
            recordKind: 'opportunity',
            recordExternalId: '65f1b0c3a4d5e6f70',
            stage: 'Closed Won',
            isClosed: true,
            isWon: true,
          },
        },
        {
          ...common,
          type: 'crm.record.changed',
          data: {
            recordKind: 'opportunity',
            recordExternalId: '65f1b0c3a4d5e6f71',
            name: '500 seats',
            amount: '12500.5',
            currency: 'EUR',
            owner: { externalId: '65e0a1b2c3d4e5f60' },
          },
        },
      ],
    });
  });

  it('makes of a creation a new record', () => {
    expect(translateEspocrm(delivered(fixture('case-create'), 'Case.create'))).toMatchObject({
      facts: [{ data: { recordKind: 'case', name: 'It does not start', stage: 'New', isClosed: false, isNew: true } }],
    });
  });

  it('makes of a deletion the end of the record', () => {
    expect(translateEspocrm(delivered(fixture('account-delete'), 'Account.delete'))).toEqual({
      kind: 'facts',
      facts: [
        {
          ...common,
          type: 'crm.record.deleted',
          data: { recordKind: 'account', recordExternalId: '65f1b0c3a4d5e6f72' },
        },
      ],
    });
  });

  it('says nothing of how a stage ends that an administrator made', () => {
    expect(translateEspocrm(delivered('[{"id":"1","stage":"Signed"}]'))).toMatchObject({
      facts: [{ data: { recordKind: 'opportunity', recordExternalId: '1', stage: 'Signed' } }],
    });
  });

  it.each([
    ['[]', 'Opportunity.update', '0 facts'],
    ['{', undefined, 'not-json'],
    ['{"id":"1"}', undefined, 'unexpected-field'],
    ['[{"name":"x"}]', undefined, 'missing-field'],
    ['[null]', undefined, 'missing-field'],
    ['[{"id":1}]', undefined, 'missing-field'],
    ['[]', '', 'without event'],
    ['[]', 'Lead.update', 'Lead.update'],
    ['[]', 'Opportunity.fieldUpdate.stage', 'Opportunity.fieldUpdate.stage'],
    ['[]', 'constructor.update', 'constructor.update'],
  ])('judges %s of "%s": %s', (body, event, expected) => {
    expect(judged(body, event)).toBe(expected);
  });
});

describe('translateEspocrm, of a record that was read', () => {
  const read = (status: number, body: string, resource = 'opportunity'): string | readonly unknown[] => {
    const answer = { resource, externalId: '1', spaceExternalId: resource, status, contentType: 'application/json' };
    try {
      const translation = translateEspocrm(fetchedDelivery({ ...answer, body: Buffer.from(body) }, receivedAt));
      return translation.kind === 'facts' ? translation.facts : translation.platformType;
    } catch (error) {
      if (error instanceof Untranslatable) return error.reason;
      throw error;
    }
  };
  const named = { recordKind: 'opportunity', recordExternalId: '1' };

  it('makes of it how it was when it was read', () => {
    const entity = { id: '1', name: 'Deal', stage: 'Proposal', modifiedAt: '2026-01-01 00:00:00', versionNumber: 3 };
    expect(read(200, JSON.stringify(entity))).toEqual([
      {
        ...common,
        type: 'crm.record.changed',
        data: { ...named, name: 'Deal', stage: 'Proposal', isClosed: false, isWon: false },
      },
    ]);
  });

  it.each([
    ['there is none', 404, ''],
    ['it is shown to administrators although it was deleted', 200, '{"id":"1","deleted":true}'],
  ])('makes its end of an answer that %s', (_, status, body) => {
    expect(read(status, body)).toEqual([{ ...common, type: 'crm.record.deleted', data: named }]);
  });

  it('is asked for once, whatever the answer is', () => {
    const needs = (data: object): number =>
      // What the hydration looks at.
      espocrmHydration.needs({ type: 'crm.record.changed', data } as LiaisonEvent, { titleKnown: true }).length;
    expect(needs({ ...named, stage: 'Proposal' })).toBe(1);
    const [fact] = read(200, '{"id":"1"}');
    expect(fact).toMatchObject({ data: { name: '1' } });
    expect(needs({ ...named, name: '1' })).toBe(0);
  });

  it.each([
    [403, '', 'opportunity', []],
    [500, '', 'opportunity', 'unexpected-status'],
    [200, '{', 'opportunity', 'not-json'],
    [200, '[]', 'opportunity', 'missing-field'],
    [200, '{}', 'lead', 'fetched lead'],
  ])('judges %d %s of %s', (status, body, resource, expected) => {
    expect(read(status, body, resource)).toEqual(expected);
  });
});

describe('readEspocrm', () => {
  it('puts calls about one type of record in one lane, each at the time when it came', () => {
    expect(readEspocrm(delivered('[]'))).toMatchObject({
      laneKey: 'opportunity',
      sourceTimeMs: receivedAt.getTime(),
    });
  });

  it.each(['', 'null', '{', '[[]]'])('reads the signed body %j without throwing', (text) => {
    expect(readEspocrm(delivered(text, 'x')).kind).toBe('delivery');
  });
});
