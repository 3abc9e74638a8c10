import { describe, expect, it } from 'vitest';
import { isPolled } from '../deliveries/polled-delivery.js';
import { type CrmRecord } from './crm-record.js';
import { polledRecord } from './polled-record.js';
import { translateRecordCall } from './record-call.translator.js';

const record: CrmRecord = {
  kind: 'opportunity',
  externalId: '42',
  name: 'Big deal',
  stage: 'Negotiation',
  isClosed: false,
  isWon: false,
  amount: '12345678901234567890.01',
  currency: 'EUR',
  owner: { externalId: '7', name: 'Olga', email: 'olga@example.com' },
  url: 'https://crm.example.com/42',
  version: '1',
  changedAt: new Date('2026-03-01T09:59:00.500Z'),
};

describe('polledRecord', () => {
  it('becomes the fact that a call of the CRM would have become', () => {
    const { kind, externalId, name, stage, isClosed, isWon, amount, currency, owner, url, changedAt } = record;
    const delivery = polledRecord(record, new Date());
    expect(isPolled(delivery)).toBe(true);
    expect(translateRecordCall(delivery)).toEqual({
      kind: 'facts',
      facts: [
        {
          type: 'crm.record.changed',
          occurredAt: changedAt,
          space: undefined,
          data: {
            recordKind: kind,
            recordExternalId: externalId,
            ...{ name, stage, isClosed, isWon, amount, currency, url },
            owner: { externalId: owner?.externalId, displayName: owner?.name, email: owner?.email },
          },
        },
      ],
    });
  });

  it('leaves out what the CRM does not tell, and what is empty', () => {
    const { kind, externalId, version, changedAt } = record;
    const bare = { kind, externalId, version, changedAt, name: '', stage: '', owner: { externalId: '7', name: '' } };
    expect(translateRecordCall(polledRecord(bare, new Date()))).toMatchObject({
      facts: [{ data: { recordKind: kind, recordExternalId: externalId, owner: { externalId: '7' } } }],
    });
    expect(JSON.parse(polledRecord(bare, new Date()).body.toString())).toEqual({
      type: 'record.changed',
      timestamp: changedAt.toISOString(),
      data: { record: { kind, externalId }, owner: { externalId: '7' } },
    });
  });

  it('is the same bytes whenever the same state is read', () => {
    const [one, other] = [polledRecord(record, new Date(0)), polledRecord({ ...record }, new Date())];
    expect(one.body.equals(other.body)).toBe(true);
  });
});
