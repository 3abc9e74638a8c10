import { Inject, Injectable } from '@nestjs/common';
import { type Request, type Response } from 'express';
import passport from 'passport';
import { type Logger } from 'pino';
import { type JwtConfig } from '../common/config/config.js';
import { LOGGER } from '../common/observability/logger.js';
import { fetchPublicJson } from '../common/security/fetch-public-json.js';
import { RemoteKeySet } from '../common/security/key-set.js';
import { TokenRejected } from '../common/security/token.errors.js';
import { type Caller } from './caller.js';
import { JwtStrategy } from './jwt.strategy.js';

/** Injection token of the `JwtConfig`, or undefined where JWTs are not taken. */
export const JWT_CONFIG = Symbol('jwt config');

/** Any issuer may be configured, so its withdrawn keys go sooner and its new ones come sooner than Microsoft asks for. */
const freshness = { ttlMs: 600_000, refreshAfterMs: 300_000, unknownKeyFloorMs: 5_000 } as const;

/** Runs passport's `jwt` strategy on a request. Where no issuer is configured no JWT is valid. */
@Injectable()
export class JwtLogin {
  readonly #strategy: JwtStrategy | undefined;

  constructor(
    @Inject(JWT_CONFIG) config: JwtConfig | undefined,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    // The base class registers itself with passport under the name `jwt`.
    this.#strategy = config === undefined ? undefined : new JwtStrategy(config, this.#keysOf(config));
  }

  /** The caller in the request's JWT; undefined for an invalid one, and while the issuer's keys cannot be had. */
  authenticate(request: Request): Promise<Caller | undefined> {
    if (this.#strategy === undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const done = (error: unknown, caller: unknown, info: unknown): void => {
        if (error !== null && error !== undefined) this.logger.warn({ err: error }, 'a JWT could not be checked');
        else if (info instanceof Error) this.logger.debug({ reason: reasonOf(info) }, 'a JWT was refused');
        // `JwtStrategy.validate` is what made it.
        resolve(caller === false || caller === undefined ? undefined : (caller as Caller));
      };
      // Passport wants Express's signature; with a callback of ours it touches neither response nor `next`.
      const run = passport.authenticate('jwt', { session: false }, done) as (
        request: Request,
        response: Partial<Response>,
        next: (error?: unknown) => void,
      ) => void;
      run(request, {}, (error) => done(error, undefined, undefined));
    });
  }

  #keysOf({ jwksUrl }: JwtConfig): RemoteKeySet {
    return new RemoteKeySet(jwksUrl, {
      ...freshness,
      fetchJson: fetchPublicJson,
      allowUnnamedKey: true,
      onFailure: (error) => this.logger.warn({ err: error }, 'the keys of the JWT issuer could not be had'),
    });
  }
}

function reasonOf(error: Error): string {
  return error instanceof TokenRejected ? error.reason : error.name;
}
