import { describe, expect, it } from 'vitest';
import { newsOf, sentenceOf, type KnownRecord } from './record-news.js';

const deal: KnownRecord = {
  recordKind: 'opportunity',
  recordExternalId: '42',
  name: '500 seats for Acme',
  stage: 'Proposal',
  isClosed: false,
  amount: '12500.00',
  currency: 'EUR',
};
const said = (known: KnownRecord | undefined, fact: KnownRecord, asked?: string): string | undefined => {
  const news = newsOf(known, fact);
  return news === undefined ? undefined : sentenceOf(news, asked);
};

describe('what a space is told of a record', () => {
  it.each([
    ['a new one', undefined, { isNew: true }, 'New opportunity 500 seats for Acme, Proposal (12500.00 EUR).'],
    [
      'one that moves on',
      deal,
      { stage: 'Negotiation' },
      'Opportunity 500 seats for Acme: Proposal → Negotiation (12500.00 EUR).',
    ],
    ['one that is won', deal, { isClosed: true, isWon: true }, 'Opportunity 500 seats for Acme is won (12500.00 EUR).'],
    [
      'one that is lost',
      deal,
      { isClosed: true, isWon: false },
      'Opportunity 500 seats for Acme is lost (12500.00 EUR).',
    ],
    [
      'a case that ends',
      { ...deal, recordKind: 'case' } as const,
      { recordKind: 'case', isClosed: true } as const,
      'Case 500 seats for Acme is closed (12500.00 EUR).',
    ],
    [
      'one that is opened again',
      { ...deal, isClosed: true },
      { isClosed: false },
      'Opportunity 500 seats for Acme is open again, Proposal (12500.00 EUR).',
    ],
  ])('names %s', (_name, known, change, sentence) => {
    expect(said(known, { ...deal, ...change })).toBe(sentence);
  });

  it.each([
    ['that is heard of for the first time', undefined, {}],
    ['of which something else changed', deal, { amount: '13000.00' }],
    ['that is told of again as it was', deal, {}],
    ['whose stage was not known', { ...deal, stage: undefined }, { stage: 'Negotiation' }],
  ])('is nothing of one %s', (_name, known, change) => {
    const { stage, ...rest } = known ?? deal;
    const before = known === undefined ? undefined : { ...rest, ...(stage === undefined ? {} : { stage }) };
    expect(said(before, { ...deal, ...change })).toBeUndefined();
  });

  it('says for whom it is said where somebody else says it', () => {
    expect(said(deal, { ...deal, stage: 'Negotiation' }, 'Olga')).toMatch(/^For Olga: Opportunity/);
  });
});
