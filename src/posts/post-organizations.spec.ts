import { describe, expect, it } from 'vitest';
import { type KnownOrganization, type OrganizationTokens } from '../platforms/organization-tokens.js';
import { type OrganizationAccess } from '../platforms/platform.js';
import { organizationToPostFor } from './post-organizations.js';

const nothing = (): Promise<never> => Promise.reject(new Error('not asked for'));
/** Ids are told with a prefix. */
const access: OrganizationAccess = {
  usesTheirTokens: () => true,
  canonicalId: (told) => told.replace('told ', ''),
  fetchTokens: nothing,
};

describe('the organisation with whose token the app posts', () => {
  const choose = (told: string | null, known: Readonly<Record<string, 'active' | 'withdrawn'>>): Promise<string> => {
    const all: readonly KnownOrganization[] = Object.entries(known).map(([organizationExternalId, state]) => ({
      organizationExternalId,
      active: state === 'active',
    }));
    const tokens: OrganizationTokens = {
      known: () => Promise.resolve(all),
      find: nothing,
      refused: nothing,
      renew: nothing,
    };
    return organizationToPostFor(tokens, access, { id: 'connection', tenantId: 'default', audience: '' }, told);
  };

  it.each([
    ['that of the space, among several', 'told a', { a: 'active', b: 'active' }, 'a'],
    ['that of the space, though it has withdrawn', 'told a', { a: 'withdrawn', b: 'active' }, 'a'],
    ['the only one, where the space is of none', null, { a: 'active' }, 'a'],
    ['the only one, where the space is of one that never authorized the app', 'told z', { a: 'active' }, 'a'],
    ['the only one that has not withdrawn', null, { a: 'withdrawn', b: 'active' }, 'b'],
    ['the only one, though it has withdrawn', null, { a: 'withdrawn' }, 'a'],
  ] as const)('is %s', async (_name, told, known, chosen) => {
    expect(await choose(told, known)).toBe(chosen);
  });

  it.each([
    ['nobody has authorized the app', 'told a', {}, '/connectionId'],
    ['several have, and the space is of none', null, { a: 'active', b: 'active' }, '/spaceId'],
    ['several have, and the space is of another one', 'told z', { a: 'active', b: 'active' }, '/spaceId'],
    ['several have withdrawn', null, { a: 'withdrawn', b: 'withdrawn' }, '/spaceId'],
  ] as const)('cannot be told where %s', async (_name, told, known, pointer) => {
    await expect(choose(told, known)).rejects.toMatchObject({ code: 'conflict', faults: [{ pointer }] });
  });
});
