import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../common/errors/liaison-error.js';
import { parseWith } from '../../common/http/validation.js';
import { SkypeForBusinessSecrets, SkypeForBusinessSettings, settingsOf } from './skype-for-business.settings.js';

const minimal = {
  audience: 'https://litware.example',
  tenants: ['1fdd12d0-4620-44ed-baec-459b611f84b2'],
  clientId: '5b1d5a42-8c0e-4f0d-9a57-0f6a0f3a6f10',
};
const parsed = (change: object = {}) => parseWith(SkypeForBusinessSettings, { ...minimal, ...change }, '/settings');

describe('SkypeForBusinessSettings', () => {
  it('needs audience, tenants and client id, and knows the rest', () => {
    expect({ ...parsed() }).toEqual({
      ...minimal,
      apiUrl: 'https://api.skypeforbusiness.com',
      authorityUrl: 'https://login.microsoftonline.com',
      resource: 'https://api.skypeforbusiness.com',
      tokenVersion: 'v1',
      callbackContext: false,
      callerAppIds: ['00000004-0000-0ff1-ce00-000000000000'],
    });
  });

  it.each([
    { audience: '' },
    { tenants: [] },
    { tenants: ['common'] },
    { tenants: 'x' },
    { clientId: 'desk' },
    { callerAppIds: [] },
    { callerAppIds: ['*'] },
    { tokenVersion: 'v3' },
    { callbackContext: 'yes' },
    { apiUrl: 'file:///etc' },
    { authorityUrl: 'https://user@host.example' },
    { allowedHosts: ['https://pool.example'] },
    { allowedHosts: ['pool.example/path'] },
    { allowedHosts: ['*'] },
    { webhookSecret: 'x' },
  ])('refuses %j', (change) => {
    expect(() => parsed(change)).toThrow(InvalidInput);
  });

  it('takes hosts with a port and with a leading wildcard', () => {
    const allowedHosts = ['pool.example', 'pool.example:8443', '*.resources.example', '127.0.0.1:4000'];
    expect(parsed({ allowedHosts }).allowedHosts).toEqual(allowedHosts);
  });

  it('fills in what settings were stored without', () => {
    expect(settingsOf(minimal)).toMatchObject({ ...minimal, callbackContext: false, tokenVersion: 'v1' });
  });

  it('has no webhook secret among its secrets', () => {
    expect({ ...parseWith(SkypeForBusinessSecrets, { clientSecret: 's' }, '/secrets') }).toEqual({ clientSecret: 's' });
    expect(() => parseWith(SkypeForBusinessSecrets, { webhookSecrets: ['s'] }, '/secrets')).toThrow(InvalidInput);
    expect({ ...parseWith(SkypeForBusinessSecrets, {}, '/secrets') }).toEqual({});
  });
});
