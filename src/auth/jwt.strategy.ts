import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { type Request } from 'express';
import { Strategy } from 'passport-jwt';
import { type JwtConfig } from '../common/config/config.js';
import { storableText } from '../common/json/storable.js';
import { bearerToken } from '../common/security/bearer-token.js';
import { type KeySource } from '../common/security/key-source.js';
import { toPublicKeyPem } from '../common/security/public-key.js';
import { type TokenAlgorithm } from '../common/security/token-algorithm.js';
import { proveToken, type TokenRules } from '../common/security/token-verifier.js';
import { type Caller } from './caller.js';
import { knownScopes } from './scopes.js';

/** The algorithms that a JWT may be signed with; `none` and the symmetric ones are never taken (RFC 8725 section 3.1). */
const algorithms: readonly TokenAlgorithm[] = ['RS256', 'PS256', 'ES256'];

/**
 * Callers with a JWT of the configured issuer: signature by its published keys, `iss`, `aud`, `exp` and `nbf` checked,
 * a `tenant` claim required. Scopes come from `scope` (space-separated, RFC 8693) or `scp`/`scopes` as a list.
 *
 * `proveToken` decides. passport-jwt is handed the key only of a token that passed; it then checks once more what it can,
 * which can refuse a token and never let one in.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(config: JwtConfig, keys: KeySource) {
    const rules: TokenRules = {
      algorithms,
      keys,
      issuer: () => config.issuer,
      audience: [config.audience],
      allowSharedAudience: true,
      clockToleranceSeconds: 0,
    };
    super({
      jwtFromRequest: tokenOf,
      algorithms: [...algorithms],
      issuer: config.issuer,
      audience: config.audience,
      secretOrKeyProvider: (_request: unknown, token: unknown, done: (error: unknown, key?: string) => void) => {
        proveToken(String(token), rules).then(
          ({ key }) => done(null, toPublicKeyPem(key.key)),
          (error: unknown) => done(error),
        );
      },
    });
  }

  /** The caller in a token that is proved; undefined refuses it. */
  validate(claims: Readonly<Record<string, unknown>>): Caller | undefined {
    const tenantId = claims['tenant'];
    const subject = claims['sub'];
    const expiry = claims['exp'];
    if (typeof tenantId !== 'string' || tenantId === '' || storableText(tenantId) !== tenantId) return undefined;
    return {
      tenantId,
      subject: `jwt:${typeof subject === 'string' ? subject : 'unknown'}`,
      scopes: knownScopes(scopeValues(claims)),
      ...(typeof expiry === 'number' ? { expiresAt: new Date(expiry * 1_000) } : {}),
    };
  }
}

/** Passport's word for "no token" is null. */
function tokenOf(request: Request): string | null {
  try {
    return bearerToken(request.headersDistinct['authorization']);
  } catch {
    return null;
  }
}

function scopeValues(claims: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { scope, scp, scopes } = claims;
  if (typeof scope === 'string') return scope.split(' ');
  if (typeof scp === 'string') return scp.split(' ');
  return [scp, scopes].flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []));
}
