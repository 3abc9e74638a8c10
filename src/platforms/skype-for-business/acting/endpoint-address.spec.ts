import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../common/errors/liaison-error.js';
import { endpointAddress, withEndpoint } from './endpoint-address.js';

const one = '1fdd12d0-4620-44ed-baec-459b611f84b2';

describe('endpointAddress', () => {
  it('is in small letters and of the only tenant, else of the one its domain names', () => {
    expect(endpointAddress('SIP:Desk@Contoso.com', { tenants: [one] })).toEqual({
      sip: 'sip:desk@contoso.com',
      tenant: one,
    });
    expect(endpointAddress('sip:desk@contoso.com', { tenants: [one, one] }).tenant).toBe('contoso.com');
  });

  it.each([
    'desk@contoso.com',
    'sip:desk',
    'sip:desk@contoso',
    'sip:desk@contoso.com/../other',
    'tel:+1',
    'sip:a@b.c?x',
  ])('refuses %s', (sip) => {
    expect(() => endpointAddress(sip, { tenants: [one] })).toThrow(InvalidInput);
  });

  it('goes into an address that does not name an endpoint yet, beside what stands there', () => {
    const endpoint = endpointAddress('sip:desk@contoso.com', { tenants: [one] });
    const added = new URL(withEndpoint('https://h.example/a?Region=x', endpoint));
    expect([...added.searchParams]).toEqual([
      ['Region', 'x'],
      ['endpointId', 'sip:desk@contoso.com'],
    ]);
    const given = 'https://h.example/a?endpointId=sip:other@contoso.com';
    expect(withEndpoint(given, endpoint)).toBe(given);
  });
});
