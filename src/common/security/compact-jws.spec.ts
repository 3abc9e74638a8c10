import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasValidSignature, readCompactJws } from './compact-jws.js';
import { KeyList } from './key-list.js';
import { readTokenHeader } from './token-header.js';
import { type TokenAlgorithm } from './token-algorithm.js';
import { TokenRejected } from './token.errors.js';

interface WycheproofJwsSuite {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly comment: string;
    readonly public?: Readonly<Record<string, unknown>>;
    readonly tests: readonly { readonly tcId: number; readonly jws: string; readonly result: 'valid' | 'invalid' }[];
  }[];
}

interface CookbookExample {
  readonly input: { readonly payload: string; readonly key: Readonly<Record<string, unknown>> };
  readonly output: { readonly compact: string };
}

const fixture = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../test/fixtures/${path}`, import.meta.url), 'utf8'));

/** Everything that a JWT goes through but its claims: the payloads of these vectors are no claims. */
async function isAccepted(text: string, jwk: unknown, algorithm: TokenAlgorithm): Promise<boolean> {
  const jws = readCompactJws(text);
  if (jws === undefined) return false;
  try {
    const header = readTokenHeader(jws.header, [algorithm]);
    const key = KeyList.read({ keys: [jwk] }).find({ ...header, claims: {} });
    return key !== undefined && (await hasValidSignature(jws, algorithm, key));
  } catch (error) {
    // The first for a header, the second for a list without a usable key.
    if (error instanceof TokenRejected || error instanceof TypeError) return false;
    throw error;
  }
}

describe('Wycheproof vectors of JWS', () => {
  // The suite's published schema promises this shape.
  const suite = fixture('wycheproof/json_web_signature_test.json') as WycheproofJwsSuite;

  async function verdictsOf(
    algorithm: TokenAlgorithm,
    comments: readonly string[],
  ): Promise<[number, number, number[]]> {
    const groups = suite.testGroups.filter(
      ({ comment, public: jwk }) =>
        comments.includes(comment) && jwk !== undefined && (jwk['alg'] ?? algorithm) === algorithm,
    );
    const verdicts = await Promise.all(
      groups.flatMap((group) =>
        group.tests.map(async (test) => ({
          ...test,
          accepted: await isAccepted(test.jws, group.public, algorithm),
        })),
      ),
    );
    return [
      verdicts.filter(({ accepted, result }) => accepted && result === 'valid').length,
      verdicts.filter(({ accepted, result }) => !accepted && result === 'invalid').length,
      verdicts.filter(({ accepted, result }) => accepted !== (result === 'valid')).map(({ tcId }) => tcId),
    ];
  }

  it('are all there', () => {
    expect(suite.numberOfTests).toBe(401);
    expect(suite.testGroups.flatMap(({ tests }) => tests)).toHaveLength(401);
  });

  it.each<[TokenAlgorithm, number, number, readonly string[]]>([
    ['RS256', 8, 227, ['rs256', 'rfc7520', 'rfc7520WithKeyOps', 'rsa_encryption']],
    ['RS384', 4, 0, ['rs384']],
    ['RS512', 4, 0, ['rs512']],
    ['PS256', 6, 42, ['ps256']],
    ['PS384', 4, 1, ['ps384']],
    ['PS512', 4, 16, ['ps512']],
    ['ES256', 2, 39, ['es256', 'SpecialCaseEs256', 'ec_key_for_encryption']],
  ])('of %s: %i valid ones are accepted and %i invalid ones refused', async (algorithm, valid, invalid, comments) => {
    expect(await verdictsOf(algorithm, comments)).toEqual([valid, invalid, []]);
  });

  it('of loose base64 are not read, also the two that the suite lets pass with a foreign letter', () => {
    const tests = suite.testGroups.find(({ comment }) => comment === 'base64')?.tests ?? [];
    expect(tests).toHaveLength(21);
    const isRead = ({ jws }: { readonly jws: string }): boolean => readCompactJws(jws) !== undefined;
    const invalid = tests.filter(({ result }) => result === 'invalid');
    // 367 and 370 lost the padding that they are about: both are, letter by letter, the valid 357.
    expect(invalid.filter(isRead).map(({ tcId }) => tcId)).toEqual([367, 370]);
    expect(new Set(tests.filter(({ tcId }) => [357, 367, 370].includes(tcId)).map(({ jws }) => jws)).size).toBe(1);
    const valid = tests.filter(({ result }) => result === 'valid');
    expect(valid.filter((test) => !isRead(test)).map(({ tcId }) => tcId)).toEqual([372, 373]);
  });

  it('that contradict the `alg` of their own key are refused, though the suite calls them valid (4)', async () => {
    const groups = suite.testGroups.filter(({ comment }) => comment.startsWith('rfc7520'));
    const contradicting = groups.filter(({ public: jwk }) => jwk?.['alg'] === 'PS256' || jwk?.['alg'] === 'ES521');
    const verdicts = contradicting.flatMap((group) =>
      group.tests.flatMap(({ jws }) => [
        isAccepted(jws, group.public, 'PS384'),
        isAccepted(jws, group.public, 'ES512'),
      ]),
    );
    expect(await Promise.all(verdicts)).toEqual(Array.from({ length: 8 }, () => false));
  });
});

describe('examples of RFC 7520', () => {
  it.each<[string, TokenAlgorithm]>([
    ['4_1.rsa_v15_signature', 'RS256'],
    ['4_2.rsa-pss_signature', 'PS384'],
    ['4_3.ecdsa_signature', 'ES512'],
  ])('%s is accepted as %s and as nothing else', async (name, algorithm) => {
    // Published in this shape.
    const { input, output } = fixture(`jose-cookbook/${name}.json`) as CookbookExample;
    const { kty, kid, use, n, e, crv, x, y } = input.key;
    const jwk = { kty, kid, use, n, e, crv, x, y };
    expect(readCompactJws(output.compact)?.payload.toString()).toBe(input.payload);
    const algorithms: readonly TokenAlgorithm[] = ['RS256', 'PS256', 'PS384', 'ES256', 'ES512'];
    for (const allowed of algorithms) {
      expect(await isAccepted(output.compact, jwk, allowed), allowed).toBe(allowed === algorithm);
    }
    expect(await isAccepted(output.compact, input.key, algorithm), 'with its private key published').toBe(false);
  });

  it('with a shared secret are refused', async () => {
    // Published in this shape.
    const { input, output } = fixture('jose-cookbook/4_4.hmac-sha2_integrity_protection.json') as CookbookExample;
    expect(await isAccepted(output.compact, input.key, 'RS256')).toBe(false);
  });
});
