import { type VerificationContext } from '../../src/platforms/platform.js';

/** A header that vouches for a call of the platform, as the suite can make it. */
export interface DriverScheme {
  /** What `verify` answers for a call that carries this header and no other. */
  readonly name: string;
  /** In lower case. */
  readonly header: string;
  /** The header's whole value; made apart from the code under test. */
  readonly sign: (body: Buffer, secret: string) => string | Promise<string>;
  /** Whether the header speaks for these very bytes; a bearer token does not. */
  readonly bindsBody: boolean;
  /** Values over the same body and secret that the scheme must not take. */
  readonly otherAlgorithms: Readonly<Record<string, (body: Buffer, secret: string) => string | Promise<string>>>;
  /**
   * Whether a value that was changed still says the same and is therefore accepted, where the scheme allows several
   * spellings (a label in small letters, say). Without it every change must be refused.
   */
  readonly saysTheSame?: (changed: string, genuine: string) => boolean;
}

export interface DriverFixture {
  readonly name: string;
  readonly body: Buffer;
  /** As captured or documented; the suite replaces what vouches for the call. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the platform's port must make of it: `heartbeat` from reading, the others from translating. */
  readonly expected: 'facts' | 'no facts' | 'unrecognized' | 'heartbeat';
  /** Given where the body is an answer of the platform's API rather than a call of the platform. */
  readonly answerTo?: {
    readonly resource: string;
    readonly externalId: string;
    readonly spaceExternalId: string;
    readonly status: number;
  };
}

/** A call whose verdict somebody else published, or that was worked out apart from this project. */
export interface DriverVector {
  readonly name: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** The driver's own where none is given. */
  readonly secret?: string;
  readonly valid: boolean;
}

/** All that the contract suite must know of a platform; adding a platform means adding one of these to `drivers.ts`. */
export interface PlatformDriver {
  /** Starts what genuine calls rely on, such as a server of keys, before anything else is used; answers what ends it. */
  readonly open?: () => Promise<() => Promise<void>>;
  /** What the service must be started with besides, such as leave to call the loopback; read after `open`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Of a connection; read after `open`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What genuine calls are signed with: a webhook secret, or the name of a key. */
  readonly secret: string;
  /** The secrets of a connection that trusts `secret`, as the REST API takes them. */
  readonly secretsWith: (secret: string) => Readonly<Record<string, unknown>>;
  /** A context that trusts these secrets and no other; none of them when there is none. */
  readonly contextWith: (...secrets: string[]) => VerificationContext | Promise<VerificationContext>;
  /** At least one. */
  readonly schemes: readonly DriverScheme[];
  /** A genuine call's headers with everything that the platform sends. */
  readonly headersOf: (
    body: Buffer,
    secret: string,
  ) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** The body of a call that is stored. */
  readonly validBody: Buffer;
  /** The body of a call whose kind we have no word for; undefined where every kind is told by something else. */
  readonly unknownType: Buffer | undefined;
  readonly fixtures: readonly DriverFixture[];
  readonly vectors: readonly DriverVector[];
  /** Handshakes that must be answered, and ones that must not; empty where the platform has none. */
  readonly handshakes: { readonly answered: readonly Buffer[]; readonly refused: readonly Buffer[] };
}
