import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { markVerified, type VerifiedDelivery } from '../../deliveries/delivery.js';
import { fetchedDelivery } from '../../deliveries/fetched-delivery.js';
import { recordFacts, type Fact, type LiaisonEvent } from '../../events/event.js';
import { Untranslatable } from '../../platforms/platform.errors.js';
import { hubspotHydration } from './hubspot.hydration.js';
import { readHubSpot } from './hubspot.reading.js';
import { translateHubSpot } from './hubspot.translator.js';

const receivedAt = new Date('2026-03-01T10:00:00.000Z');
const captured = readFileSync('test/fixtures/hubspot/webhook.json', 'utf8');
const event = { portalId: 62515, occurredAt: 1_772_357_400_000, objectId: 301, attemptNumber: 2 };

function delivered(body: unknown): VerifiedDelivery {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return markVerified({ body: bytes, query: '', headers: {}, receivedAt }, 'test');
}

function factsIn(delivery: VerifiedDelivery): readonly Fact[] {
  const translation = translateHubSpot(delivery);
  return translation.kind === 'facts' ? translation.facts : [];
}

function outcomeOf(delivery: VerifiedDelivery): string {
  try {
    return translateHubSpot(delivery).kind;
  } catch (error) {
    if (error instanceof Untranslatable) return error.reason;
    throw error;
  }
}

function fetched(answer: { status?: number; resource?: string; body?: unknown }): VerifiedDelivery {
  const { status = 200, resource = 'deals', body = '' } = answer;
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const asked = { resource, externalId: '301', spaceExternalId: 'opportunity/301' };
  return fetchedDelivery({ ...asked, status, contentType: 'application/json', body: bytes }, receivedAt);
}

const deal = {
  id: '301',
  properties: {
    dealname: 'Big deal',
    dealstage: 'closedwon',
    amount: '12345678901234567890.01',
    deal_currency_code: 'EUR',
    hs_is_closed: 'true',
    hs_is_closed_won: 'true',
    hubspot_owner_id: '7',
    closedate: null,
  },
  createdAt: '2026-03-01T09:58:00.500Z',
  updatedAt: '2026-03-01T09:59:00.500Z',
};
const owner = { id: '7', email: 'Olga@Example.com', firstName: 'Olga', lastName: 'Owner' };

describe('a call of HubSpot', () => {
  it('reports what its events tell, ends records, and passes over what we have no word for', () => {
    const told = factsIn(delivered(captured)).map(({ type, occurredAt, data }) => [type, occurredAt.getTime(), data]);
    const deleted = (recordKind: string, recordExternalId: string): object => ({ recordKind, recordExternalId });
    const reported = (activityType: string, externalId: string, place: number): object => ({
      activityType,
      externalId,
      details: (JSON.parse(captured) as unknown[])[place],
    });
    expect(told).toEqual([
      ['activity.reported', 1_772_357_400_000, reported('deal.creation', '301', 0)],
      ['activity.reported', 1_772_357_460_000, reported('deal.propertyChange', '301', 1)],
      ['activity.reported', 1_772_357_520_000, reported('ticket.propertyChange', '401', 2)],
      ['crm.record.deleted', 1_772_357_580_000, deleted('contact', '51')],
      ['crm.record.deleted', 1_772_357_580_000, deleted('contact', '52')],
      ['crm.record.deleted', 1_772_357_580_000, deleted('contact', '53')],
      ['activity.reported', 1_772_357_580_000, reported('contact.merge', '54', 3)],
      ['crm.record.deleted', 1_772_357_640_000, deleted('account', '61')],
    ]);
  });

  it.each([
    ['{', 'not-a-list'],
    ['{}', 'not-a-list'],
    ['[1]', 'not-a-list'],
    ['[]', 'facts'],
    [[{ ...event, subscriptionType: 'conversation.creation' }], 'unrecognized'],
    [[{ ...event, subscriptionType: 'deal.associationChange' }], 'unrecognized'],
    [[{ ...event, subscriptionType: 'object.creation', objectTypeId: '2-1' }], 'unrecognized'],
    [[{ ...event, subscriptionType: 7 }], 'unrecognized'],
    [[{ ...event, subscriptionType: 'deal.creation', objectId: {} }], 'missing-field'],
    [[{ ...event, subscriptionType: 'deal.merge' }], 'missing-field'],
    [[{ ...event, subscriptionType: 'deal.creation', occurredAt: 'soon' }], 'facts'],
  ])('judges %j: %s', (body, expected) => {
    expect(outcomeOf(delivered(body))).toBe(expected);
  });
});

describe('reading a call', () => {
  const settings = { portalId: '62515' };
  const read = (body: unknown): unknown => readHubSpot(delivered(body), { settings, webhookKeys: [] });

  it('puts a call about one record in its lane, at the time of its first event', () => {
    const thin = { ...event, subscriptionType: 'deal.propertyChange' };
    expect(read([thin, { ...thin, occurredAt: event.occurredAt - 5 }])).toMatchObject({
      kind: 'delivery',
      laneKey: 'opportunity/301',
      sourceTimeMs: event.occurredAt - 5,
      retryCount: 2,
    });
  });

  it('puts a call about several records in one lane for all such calls', () => {
    expect(read(captured)).toMatchObject({ kind: 'delivery', laneKey: '' });
  });

  it('refuses a call about another account', () => {
    expect(read([event, { ...event, portalId: 1 }])).toMatchObject({ kind: 'refused' });
  });

  it.each(['', '{', 'null', '[null]', '[{}]', '[{"occurredAt":1e400,"objectId":-1,"portalId":[]}]'])(
    'reads the signed body %j without a lane',
    (body) => {
      expect(read(body)).toMatchObject({ kind: 'delivery', laneKey: '', sourceTimeMs: undefined });
    },
  );
});

describe('a record that was read', () => {
  const origin = {
    tenantId: 't',
    connectionId: 'c',
    platform: 'hubspot',
    deliveryId: 'd',
    deliverySeq: '1',
    learnedAt: receivedAt,
  };
  const needsOf = (delivery: VerifiedDelivery): unknown[] =>
    recordFacts(factsIn(delivery), origin, () => undefined).flatMap((one: LiaisonEvent) => [
      ...hubspotHydration.needs(one, { titleKnown: false }),
    ]);

  it('tells everything, at the time of its last change', () => {
    expect(factsIn(fetched({ body: { record: deal, owner } }))).toEqual([
      {
        type: 'crm.record.changed',
        occurredAt: new Date(deal.updatedAt),
        space: undefined,
        data: {
          recordKind: 'opportunity',
          recordExternalId: '301',
          name: 'Big deal',
          stage: 'closedwon',
          isClosed: true,
          isWon: true,
          amount: '12345678901234567890.01',
          currency: 'EUR',
          owner: { externalId: '7', displayName: 'Olga Owner', email: 'olga@example.com' },
          isNew: true,
        },
      },
    ]);
  });

  it('is not new once it changed more than a minute after it was made, and its owner may go by the id', () => {
    const [fact] = factsIn(fetched({ body: { record: { ...deal, createdAt: '2026-03-01T09:58:00.499Z' } } }));
    expect(fact?.data).not.toHaveProperty('isNew');
    expect(fact?.data).toMatchObject({ owner: { externalId: '7' } });
  });

  it('is read for what a call tells of, and not again for what was read', () => {
    const call = delivered([{ ...event, subscriptionType: 'deal.propertyChange' }]);
    const wanted = { resource: 'deals', externalId: '301', spaceExternalId: 'opportunity/301' };
    expect(needsOf(call)).toEqual([wanted]);
    expect(needsOf(fetched({ body: { record: deal } }))).toEqual([]);
    expect(needsOf(fetched({ body: { record: { ...deal, properties: {} } } }))).toEqual([]);
    expect(needsOf(delivered([{ ...event, subscriptionType: 'deal.deletion' }]))).toEqual([]);
  });

  it('is gone where HubSpot has it no more', () => {
    expect(factsIn(fetched({ status: 404 }))).toMatchObject([{ type: 'crm.record.deleted' }]);
  });

  it.each([
    [{ status: 403 }, 'facts'],
    [{ body: '{' }, 'not-json'],
    [{ body: '[]' }, 'missing-field'],
    [{ body: { record: { ...deal, updatedAt: 'now' } } }, 'missing-field'],
    [{ resource: 'products', body: deal }, 'unrecognized'],
  ])('judges %j: %s', (answer, expected) => {
    expect(outcomeOf(fetched(answer))).toBe(expected);
  });
});
