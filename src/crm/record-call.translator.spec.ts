import { describe, expect, it } from 'vitest';
import { markVerified, type VerifiedDelivery } from '../deliveries/delivery.js';
import { Untranslatable } from '../platforms/platform.errors.js';
import { readRecordCall } from './record-call.reading.js';
import { translateRecordCall } from './record-call.translator.js';

const receivedAt = new Date('2026-03-01T10:00:00.000Z');
const record = { kind: 'opportunity', externalId: '42' };
const changed = { type: 'record.changed', timestamp: '2026-03-01T09:59:00.5Z', data: { record } };

function delivered(body: unknown): VerifiedDelivery {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return markVerified({ body: bytes, query: '', headers: {}, receivedAt }, 'test');
}

function reasonOf(body: unknown): string {
  try {
    return translateRecordCall(delivered(body)).kind;
  } catch (error) {
    if (error instanceof Untranslatable) return error.reason;
    throw error;
  }
}

describe('translateRecordCall', () => {
  it('makes of a change everything that it tells, and no more', () => {
    const told = {
      name: 'Big deal',
      stage: 'Negotiation',
      isClosed: false,
      isWon: false,
      amount: '12345678901234567890.01',
      currency: 'EUR',
      owner: { externalId: '7', displayName: 'Olga', email: 'olga@example.com' },
      url: 'https://crm.example.com/42',
      isNew: true,
    };
    expect(translateRecordCall(delivered({ ...changed, data: { record, ...told, colour: 'red' } }))).toEqual({
      kind: 'facts',
      facts: [
        {
          type: 'crm.record.changed',
          occurredAt: new Date('2026-03-01T09:59:00.500Z'),
          space: undefined,
          data: { recordKind: 'opportunity', recordExternalId: '42', ...told },
        },
      ],
    });
  });

  it('makes of a deletion the end of the record', () => {
    expect(translateRecordCall(delivered({ ...changed, type: 'record.deleted' }))).toMatchObject({
      facts: [{ type: 'crm.record.deleted', data: { recordKind: 'opportunity', recordExternalId: '42' } }],
    });
  });

  it('counts a change without a time from when it came', () => {
    expect(translateRecordCall(delivered({ ...changed, timestamp: 'yesterday' }))).toMatchObject({
      facts: [{ occurredAt: receivedAt }],
    });
  });

  it('passes over members that are null', () => {
    expect(
      translateRecordCall(delivered({ ...changed, data: { record, name: null, owner: null, isWon: null } })),
    ).toMatchObject({
      facts: [{ data: { recordKind: 'opportunity', recordExternalId: '42' } }],
    });
  });

  it.each([
    ['{', 'not-json'],
    ['[]', 'not-an-object'],
    [{ data: { record } }, 'missing-field'],
    [{ ...changed, type: 'record.merged' }, 'unrecognized'],
    [{ ...changed, data: {} }, 'missing-field'],
    [{ ...changed, data: null }, 'missing-field'],
    [{ ...changed, data: { record: { ...record, kind: 'lead' } } }, 'missing-field'],
    [{ ...changed, data: { record: { ...record, kind: 'constructor' } } }, 'missing-field'],
    [{ ...changed, data: { record: { ...record, externalId: 42 } } }, 'missing-field'],
    [{ ...changed, data: { record, name: 1 } }, 'unexpected-field'],
    [{ ...changed, data: { record, name: '' } }, 'unexpected-field'],
    [{ ...changed, data: { record, amount: 12.5 } }, 'unexpected-field'],
    [{ ...changed, data: { record, amount: '12,50' } }, 'unexpected-field'],
    [{ ...changed, data: { record, currency: 'Euro' } }, 'unexpected-field'],
    [{ ...changed, data: { record, isClosed: 'yes' } }, 'unexpected-field'],
    [{ ...changed, data: { record, owner: 'Olga' } }, 'unexpected-field'],
    [{ ...changed, data: { record, owner: { displayName: 'Olga' } } }, 'unexpected-field'],
  ])('judges %j: %s', (body, reason) => {
    expect(reasonOf(body)).toBe(reason);
  });
});

describe('readRecordCall', () => {
  it('puts calls about one record in one lane, at the time in their bodies', () => {
    expect(readRecordCall(delivered(changed))).toMatchObject({
      kind: 'delivery',
      laneKey: 'opportunity/42',
      sourceTimeMs: Date.parse('2026-03-01T09:59:00.500Z'),
    });
  });

  it.each(['', 'null', '[]', '{', '{"type":{}}', '{"data":{"record":{"kind":["case"]}}}', '{"timestamp":1e400}'])(
    'reads the signed body %j without a lane',
    (text) => {
      expect(readRecordCall(delivered(text))).toMatchObject({ kind: 'delivery', laneKey: '', sourceTimeMs: undefined });
    },
  );
});
