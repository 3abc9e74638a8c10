/**
 * Why a token was refused: one of a few fixed words, for logs and metrics. Everything but `signature` was read in a token
 * that nothing had proved yet, so it says what the token claims and not who sent it. Whoever sent it is told none of it.
 */
export type TokenRefusal =
  | 'missing'
  | 'malformed'
  | 'algorithm'
  | 'header'
  | 'missing-claim'
  | 'tenant'
  | 'issuer'
  | 'audience'
  | 'caller'
  | 'expired'
  | 'not-yet-valid'
  | 'unknown-key'
  | 'signature';

/** The token is not valid here and will not become so by being sent again. Its message never holds any of the token. */
export class TokenRejected extends Error {
  override readonly name = 'TokenRejected';

  constructor(readonly reason: TokenRefusal) {
    super(`the token was refused: ${reason}`);
  }
}

/** Throws `TokenRejected`, also in the middle of an expression. */
export function refuseToken(reason: TokenRefusal): never {
  throw new TokenRejected(reason);
}

/**
 * Whether the token is valid cannot be told now, because the keys of its issuer cannot be had. Not a `TokenRejected`: the
 * right answer asks for another try, so that nothing genuine is lost while a key host is down.
 */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
  readonly reason = 'keys-unavailable';

  constructor(cause?: unknown) {
    super('the keys that tokens are signed with cannot be had now', { cause });
  }
}
