import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { InvalidInput, type InputFault } from '../errors/liaison-error.js';
import { parseEndpoint } from '../outbound/endpoint.js';

export type Role = 'all' | 'api' | 'worker';
const roles: readonly Role[] = ['all', 'api', 'worker'];
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface JwtConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
}

/** Everything that can be set from outside, checked. Secrets are plain text here and go no further than their consumer. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string | undefined;
  readonly role: Role;
  readonly production: boolean;
  readonly logLevel: LogLevel;
  readonly databaseUrl: string | undefined;
  readonly databasePoolSize: number;
  readonly readPoolSize: number;
  readonly dataDir: string;
  readonly postgresBinDir: string | undefined;
  readonly allowEmbeddedInProduction: boolean;
  readonly dangerouslyAllowDataLoss: boolean;
  readonly masterKeys: string | undefined;
  readonly bootstrapKey: string | undefined;
  readonly jwt: JwtConfig | undefined;
  readonly connectionsFile: string | undefined;
  readonly webhookMaxBytes: number;
  readonly laneWorkers: number;
  readonly shutdownGraceMs: number;
  /** How many streams and waiting requests of the change feed one process keeps open. */
  readonly feedLimits: { readonly perCaller: number; readonly perTenant: number };
  /** `host:port` of the endpoints that may be called although they are inside, and without TLS. */
  readonly outboundAllow: readonly string[];
  /** Of one API credential, where its key has no limit of its own; 0 means no limit. */
  readonly requestsPerMinute: number;
  /** From one address, before its credentials are no longer looked at; 0 means no limit. */
  readonly failedLoginsPerMinute: number;
  /** Whose X-Forwarded-For is believed: so many proxies, or those at these addresses. 0 means nobody's. */
  readonly trustProxy: number | readonly string[];
  /** How long the audit log is kept at least, in days; 0 means for ever. */
  readonly auditRetentionDays: number;
  /** How long a call to a CRM whose answer was lost may still be worked on there. */
  readonly crmSettleMs: number;
  /** Between two questions to a CRM that calls nobody. */
  readonly crmPollSeconds: number;
  /** Whose scripts in browsers may call the REST API. */
  readonly corsOrigins: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads one variable at a time and remembers every fault, so that an operator sees all of them at once. */
class EnvironmentReader {
  readonly faults: InputFault[] = [];
  constructor(private readonly environment: Environment) {}

  text(name: string): string | undefined {
    const value = this.environment[name];
    return value === undefined || value === '' ? undefined : value;
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    return this.fault(name, `must be a whole number from ${min} to ${max}`, fallback);
  }

  flag(name: string): boolean {
    const value = this.text(name);
    if (value === undefined || value === 'false' || value === '0') return false;
    if (value === 'true' || value === '1') return true;
    return this.fault(name, 'must be true or false', false);
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.text(name);
    if (value === undefined) return fallback;
    return (
      choices.find((choice) => choice === value) ?? this.fault(name, `must be one of ${choices.join(', ')}`, fallback)
    );
  }

  url(name: string, protocols: readonly string[]): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
    this.fault(name, `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`, undefined);
    return undefined;
  }

  endpoints(name: string): readonly string[] {
    const items = this.text(name)?.split(',') ?? [];
    const endpoints = items.map((item) => parseEndpoint(item.trim())).filter((item) => item !== undefined);
    if (endpoints.length === items.length) return Object.freeze(endpoints);
    return this.fault(name, 'must be a comma list of host:port, with IPv6 addresses in brackets', []);
  }

  /** A number of proxies, or the addresses and networks that they are at. */
  proxies(name: string): number | readonly string[] {
    const value = this.text(name) ?? '0';
    if (/^\d{1,2}$/.test(value)) return Number(value);
    const networks = value.split(',').map((item) => item.trim());
    const isKnown = (item: string): boolean => isIP(item) !== 0 || ipaddr.isValidCIDR(item);
    if (networks.every(isKnown)) return Object.freeze(networks);
    return this.fault(name, 'must be a number of proxies or a comma list of addresses and networks (10.0.0.0/8)', 0);
  }

  /** Origins exactly as browsers send them; a star would be taken for one and match none. */
  origins(name: string): readonly string[] {
    const items = (this.text(name)?.split(',') ?? []).map((item) => item.trim());
    const isOrigin = (item: string): boolean =>
      URL.canParse(item) && /^https?:/.test(item) && new URL(item).origin === item;
    if (items.every(isOrigin)) return Object.freeze(items);
    return this.fault(
      name,
      'must be a comma list of origins such as https://app.example.com, without a slash at the end',
      [],
    );
  }

  fault<T>(name: string, rule: string, fallback: T): T {
    this.faults.push({ pointer: name, detail: rule });
    return fallback;
  }
}

/**
 * Reads and checks the environment. Throws `InvalidInput` that names every bad variable with the rule it broke, never
 * its value.
 */
export function readConfig(environment: Environment = process.env): Config {
  const read = new EnvironmentReader(environment);
  const production = read.text('NODE_ENV') === 'production';
  const config: Config = {
    port: read.integer('PORT', 3000, 0, 65_535),
    host: read.text('HOST') ?? '127.0.0.1',
    publicUrl: read.url('LIAISON_PUBLIC_URL', ['https:', 'http:'])?.replace(/\/+$/, ''),
    role: read.choice('LIAISON_ROLE', roles, 'all'),
    production,
    logLevel: read.choice('LIAISON_LOG_LEVEL', logLevels, 'info'),
    databaseUrl: read.url('DATABASE_URL', ['postgres:', 'postgresql:']),
    databasePoolSize: read.integer('LIAISON_DATABASE_POOL', 10, 2, 500),
    readPoolSize: read.integer('LIAISON_READ_POOL', 10, 1, 500),
    dataDir: read.text('LIAISON_DATA_DIR') ?? '.liaison',
    postgresBinDir: read.text('LIAISON_PG_BIN'),
    allowEmbeddedInProduction: read.flag('LIAISON_ALLOW_EMBEDDED_IN_PRODUCTION'),
    dangerouslyAllowDataLoss: read.flag('LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS'),
    masterKeys: read.text('LIAISON_MASTER_KEYS'),
    bootstrapKey: read.text('LIAISON_BOOTSTRAP_KEY'),
    jwt: readJwt(read),
    connectionsFile: read.text('LIAISON_CONNECTIONS_FILE'),
    webhookMaxBytes: read.integer('LIAISON_WEBHOOK_MAX_BYTES', 2_097_152, 1_024, 67_108_864),
    laneWorkers: read.integer('LIAISON_LANE_WORKERS', 2, 1, 64),
    shutdownGraceMs: read.integer('LIAISON_SHUTDOWN_GRACE_MS', 20_000, 0, 600_000),
    feedLimits: {
      perCaller: read.integer('LIAISON_STREAMS_PER_CALLER', 100, 1, 100_000),
      perTenant: read.integer('LIAISON_STREAMS_PER_TENANT', 1_000, 1, 100_000),
    },
    outboundAllow: read.endpoints('LIAISON_OUTBOUND_ALLOW'),
    requestsPerMinute: read.integer('LIAISON_REQUESTS_PER_MINUTE', 6_000, 0, 1_000_000),
    failedLoginsPerMinute: read.integer('LIAISON_FAILED_LOGINS_PER_MINUTE', 60, 0, 1_000_000),
    trustProxy: read.proxies('LIAISON_TRUST_PROXY'),
    auditRetentionDays: read.integer('LIAISON_AUDIT_RETENTION_DAYS', 0, 0, 36_500),
    crmSettleMs: read.integer('LIAISON_CRM_SETTLE_MS', 25_000, 0, 600_000),
    crmPollSeconds: read.integer('LIAISON_CRM_POLL_SECONDS', 60, 1, 86_400),
    corsOrigins: read.origins('LIAISON_CORS_ORIGINS'),
  };
  if (config.bootstrapKey !== undefined && config.bootstrapKey.length < 16) {
    read.fault('LIAISON_BOOTSTRAP_KEY', 'must have at least 16 characters', undefined);
  }
  if (production && config.masterKeys === undefined) {
    read.fault('LIAISON_MASTER_KEYS', 'is required when NODE_ENV=production; `npx liaison keys master` makes one', 0);
  }
  if (production && config.databaseUrl === undefined && !config.allowEmbeddedInProduction) {
    read.fault(
      'DATABASE_URL',
      'is required when NODE_ENV=production; LIAISON_ALLOW_EMBEDDED_IN_PRODUCTION=true runs the embedded database instead',
      0,
    );
  }
  if (read.faults.length > 0) {
    const list = read.faults.map((fault) => `${fault.pointer} ${fault.detail}`).join('; ');
    throw new InvalidInput({ detail: `The environment is not usable: ${list}`, faults: read.faults });
  }
  return Object.freeze(config);
}

function readJwt(read: EnvironmentReader): JwtConfig | undefined {
  const issuer = read.text('LIAISON_JWT_ISSUER');
  const audience = read.text('LIAISON_JWT_AUDIENCE');
  const jwksUrl = read.url('LIAISON_JWT_JWKS_URL', ['https:', 'http:']);
  if (issuer === undefined && audience === undefined && jwksUrl === undefined) return undefined;
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) {
    read.fault(
      'LIAISON_JWT_ISSUER',
      'LIAISON_JWT_AUDIENCE and LIAISON_JWT_JWKS_URL must be set together or not at all',
      undefined,
    );
    return undefined;
  }
  return { issuer, audience, jwksUrl };
}
