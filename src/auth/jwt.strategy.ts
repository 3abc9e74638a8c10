import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { createRemoteJWKSet, decodeProtectedHeader, type JWTVerifyGetKey } from 'jose';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { type JwtConfig } from '../common/config/config.js';
import { toPublicKeyPem } from '../common/security/public-key.js';
import { type Caller } from './caller.js';
import { knownScopes } from './scopes.js';

/** The algorithms that a JWT may be signed with; `none` and the symmetric ones are never taken (RFC 8725 section 3.1). */
const algorithms = ['RS256', 'PS256', 'ES256'] as const;

/**
 * Callers with a JWT of the configured issuer: signature by its published keys, `iss`, `aud`, `exp` and `nbf` checked,
 * a `tenant` claim required. Scopes come from `scope` (space-separated, RFC 8693) or `scp`/`scopes` as a list.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(config: JwtConfig) {
    const keys = createRemoteJWKSet(new URL(config.jwksUrl), { timeoutDuration: 3_000, cooldownDuration: 5_000 });
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: [...algorithms],
      issuer: config.issuer,
      audience: config.audience,
      secretOrKeyProvider: (_request: unknown, token: unknown, done: (error: unknown, key?: string) => void) => {
        publicKey(keys, String(token)).then(
          (key) => done(null, key),
          (error: unknown) => done(error),
        );
      },
    });
  }

  /** The caller in a token whose signature and times are already checked; undefined refuses it. */
  validate(claims: Readonly<Record<string, unknown>>): Caller | undefined {
    const tenantId = claims['tenant'];
    const subject = claims['sub'];
    if (typeof tenantId !== 'string' || tenantId === '' || typeof claims['exp'] !== 'number') return undefined;
    return {
      tenantId,
      subject: `jwt:${typeof subject === 'string' ? subject : 'unknown'}`,
      scopes: knownScopes(scopeValues(claims)),
    };
  }
}

async function publicKey(keys: JWTVerifyGetKey, token: string): Promise<string> {
  const header = decodeProtectedHeader(token);
  // RFC 7515 section 4.1.11: what we do not understand and is marked critical makes a token invalid.
  if (header.crit !== undefined) throw new TypeError('the token demands an extension that is not understood');
  const key = await keys(
    { alg: header.alg ?? '', ...(header.kid === undefined ? {} : { kid: header.kid }) },
    {
      payload: '',
      signature: '',
    },
  );
  return toPublicKeyPem(key);
}

function scopeValues(claims: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { scope, scp, scopes } = claims;
  if (typeof scope === 'string') return scope.split(' ');
  if (typeof scp === 'string') return scp.split(' ');
  return [scp, scopes].flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []));
}
