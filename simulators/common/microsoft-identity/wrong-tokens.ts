import { compactJws } from './compact-jws.js';
import { type KeyRing } from './key-ring.js';
import { wrongAlgorithms } from './wrong-algorithms.js';
import { wrongClaims } from './wrong-claims.js';
import { wrongEncodings } from './wrong-encodings.js';
import { wrongKeys } from './wrong-keys.js';
import { good, type TokenTarget, TokenWorkshop, type WrongToken } from './wrong-token.js';

export type { TokenTarget, WrongToken } from './wrong-token.js';

export interface Catalogue extends TokenTarget {
  readonly keys: KeyRing;
  readonly at: number;
}

/** All tokens of the catalogue, the flawless one first. Names are unique. */
export function wrongTokens({ keys, at, ...target }: Catalogue): readonly WrongToken[] {
  const shop = new TokenWorkshop(keys, target, at);
  return [
    good('flawless', 'This is what the platform sends.', compactJws(shop.header, shop.claims, shop.key.privateKey)),
    ...wrongAlgorithms(shop),
    ...wrongKeys(shop),
    ...wrongClaims(shop),
    ...wrongEncodings(shop),
  ];
}
