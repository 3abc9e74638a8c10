import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../errors/liaison-error.js';
import { readConfig } from './config.js';

function faultsOf(environment: Readonly<Record<string, string>>): InvalidInput {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
  throw new Error('the environment was taken');
}

describe('readConfig', () => {
  it('needs nothing outside of production', () => {
    expect(readConfig({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      role: 'all',
      production: false,
      logLevel: 'info',
      databaseUrl: undefined,
      webhookMaxBytes: 2_097_152,
      jwt: undefined,
      dangerouslyAllowDataLoss: false,
      allowEmbeddedInProduction: false,
      outboundAllow: [],
      requestsPerMinute: 6_000,
      failedLoginsPerMinute: 60,
      trustProxy: 0,
      auditRetentionDays: 0,
      crmPollSeconds: 60,
    });
  });

  it('takes an empty variable for one that is not set', () => {
    const empty = { PORT: '', DATABASE_URL: '', LIAISON_ROLE: '', LIAISON_MASTER_KEYS: '', LIAISON_JWT_ISSUER: '' };
    expect(readConfig(empty)).toEqual(readConfig({}));
  });

  it('cannot be changed afterwards', () => {
    const config = readConfig({});
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PORT', '0x50'],
    ['PORT', ' 80'],
    ['PORT', '1e3'],
    ['LIAISON_ROLE', 'both'],
    ['LIAISON_ROLE', 'ALL'],
    ['LIAISON_LOG_LEVEL', 'verbose'],
    ['DATABASE_URL', 'mysql://u:canary@h/d'],
    ['DATABASE_URL', 'canary'],
    ['LIAISON_DATABASE_POOL', '1'],
    ['LIAISON_PUBLIC_URL', 'ftp://canary'],
    ['LIAISON_BOOTSTRAP_KEY', 'canary-too-shor'],
    ['LIAISON_WEBHOOK_MAX_BYTES', '1023'],
    ['LIAISON_LANE_WORKERS', '0'],
    ['LIAISON_SHUTDOWN_GRACE_MS', 'canary'],
    ['LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS', 'yes'],
    ['LIAISON_ALLOW_EMBEDDED_IN_PRODUCTION', 'TRUE'],
    ['LIAISON_JWT_JWKS_URL', 'canary'],
    ['LIAISON_OUTBOUND_ALLOW', 'canary'],
    ['LIAISON_OUTBOUND_ALLOW', 'crm.canary:443,'],
    ['LIAISON_OUTBOUND_ALLOW', 'https://canary:443'],
    ['LIAISON_OUTBOUND_ALLOW', 'canary:0'],
    ['LIAISON_OUTBOUND_ALLOW', 'canary:65536'],
    ['LIAISON_OUTBOUND_ALLOW', 'user@canary:443'],
    ['LIAISON_OUTBOUND_ALLOW', 'canary:443/path'],
    ['LIAISON_OUTBOUND_ALLOW', '*.canary:443'],
    ['LIAISON_OUTBOUND_ALLOW', '::1:8080'],
    ['LIAISON_OUTBOUND_ALLOW', '[canary]:8080'],
    ['LIAISON_REQUESTS_PER_MINUTE', '-1'],
    ['LIAISON_FAILED_LOGINS_PER_MINUTE', 'canary'],
    ['LIAISON_TRUST_PROXY', 'true'],
    ['LIAISON_TRUST_PROXY', 'canary.example'],
    ['LIAISON_TRUST_PROXY', '10.0.0.0/33'],
    ['LIAISON_TRUST_PROXY', '10.0.0.1,'],
    ['LIAISON_TRUST_PROXY', '-1'],
    ['LIAISON_CRM_POLL_SECONDS', '0'],
  ])('names %s when it is wrong, and never its value', (name, value) => {
    const error = faultsOf({
      [name]: value,
      ...(name.startsWith('LIAISON_JWT') ? { LIAISON_JWT_ISSUER: 'i', LIAISON_JWT_AUDIENCE: 'a' } : {}),
    });
    expect(error.faults.map((fault) => fault.pointer)).toContain(name);
    expect(error.detail).toContain(name);
    if (value.includes('canary')) expect(JSON.stringify(error.faults) + error.detail).not.toContain('canary');
  });

  it('names every fault at once', () => {
    const error = faultsOf({ PORT: 'x', LIAISON_ROLE: 'x', LIAISON_LOG_LEVEL: 'x', LIAISON_LANE_WORKERS: 'x' });
    expect(error.faults.map((fault) => fault.pointer).sort()).toEqual([
      'LIAISON_LANE_WORKERS',
      'LIAISON_LOG_LEVEL',
      'LIAISON_ROLE',
      'PORT',
    ]);
  });

  it('names a variable once, with the rule that it broke', () => {
    const { faults } = faultsOf({ PORT: 'x' });
    expect(faults).toEqual([{ pointer: 'PORT', detail: 'must be a whole number from 0 to 65535' }]);
  });

  it('wants keys and a database in production', () => {
    const { faults } = faultsOf({ NODE_ENV: 'production' });
    expect(faults.map((fault) => fault.pointer).sort()).toEqual(['DATABASE_URL', 'LIAISON_MASTER_KEYS']);
  });

  it('runs the embedded database in production only when told to', () => {
    const environment = {
      NODE_ENV: 'production',
      LIAISON_MASTER_KEYS: 'k',
      LIAISON_ALLOW_EMBEDDED_IN_PRODUCTION: 'true',
    };
    expect(readConfig(environment).databaseUrl).toBeUndefined();
  });

  it.each([
    ['only an issuer', { LIAISON_JWT_ISSUER: 'i' }],
    ['no audience', { LIAISON_JWT_ISSUER: 'i', LIAISON_JWT_JWKS_URL: 'https://k.example' }],
    ['no keys', { LIAISON_JWT_ISSUER: 'i', LIAISON_JWT_AUDIENCE: 'a' }],
  ])('refuses half a JWT configuration: %s', (_, environment) => {
    expect(faultsOf(environment).detail).toContain('LIAISON_JWT_AUDIENCE');
  });

  it('takes endpoints that may be called in the spelling that URLs give them', () => {
    const LIAISON_OUTBOUND_ALLOW = '127.0.0.1:8080, CRM.Example:443,[0:0::1]:5000,2130706433:80';
    expect(readConfig({ LIAISON_OUTBOUND_ALLOW }).outboundAllow).toEqual([
      '127.0.0.1:8080',
      'crm.example:443',
      '[::1]:5000',
      '127.0.0.1:80',
    ]);
  });

  it.each([
    ['2', 2],
    ['10.0.0.0/8, 2001:db8::/32,192.0.2.1', ['10.0.0.0/8', '2001:db8::/32', '192.0.2.1']],
  ])('trusts the proxies %j', (text, expected) => {
    expect(readConfig({ LIAISON_TRUST_PROXY: text }).trustProxy).toEqual(expected);
  });

  it('takes the trailing slashes off the public URL', () => {
    expect(readConfig({ LIAISON_PUBLIC_URL: 'https://liaison.example//' }).publicUrl).toBe('https://liaison.example');
  });
});
