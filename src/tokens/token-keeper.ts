import { LiaisonError } from '../common/errors/liaison-error.js';
import { isTransient } from '../common/errors/sql-state.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../platforms/platform.errors.js';
import { type HeldTokens, type TokenRow, type TokenRows } from './token-rows.js';
import { type TokenSet } from './token-set.js';

/** Why tokens are over: the server said so, its answer was lost, or there is nothing to renew them with. */
export type TokensEnd = 'refused' | 'answer-lost' | 'no-refresh-token';

/** How tokens of one row are renewed, and what it means when that fails. */
export interface Renewal {
  /** One call to the token endpoint. Throws as `OAuthClient.refresh`. */
  renew(held: HeldTokens | undefined): Promise<TokenSet>;
  /** Whether a renewal whose answer was lost ends the grant; see `OAuthServer.lostRefreshIsFinal`. */
  readonly lostAnswerIsFinal: boolean;
  /** The grant is over until its user consents again. Changes nothing where `claim` is not the last one any more. */
  end(reason: TokensEnd, claim: string): Promise<void>;
}

/** What is handed out. */
export interface KeptToken {
  readonly accessToken: string;
  readonly generation: string;
}

const lookEveryMs = 40;
const storeTries = 10;
/** Somebody else renews for us; longer than a claim lasts. */
const waitAtMostMs = 35_000;

/**
 * Hands out access tokens and renews them: one renewal at a time over all callers of all processes, who then share what it
 * brought. The new pair is stored before anybody uses it.
 */
export class TokenKeeper {
  readonly #underWay = new Map<string, Promise<KeptToken>>();

  constructor(private readonly rows: TokenRows) {}

  /**
   * A token that is good for a while. `renewal` is asked for when there is something to renew. Throws `NeedsAuthorization`
   * where the grant is over and `PlatformUnavailable` where a renewal is needed and does not succeed now.
   */
  token(id: string, renewal: () => Renewal | Promise<Renewal>): Promise<KeptToken> {
    const known = this.#underWay.get(id);
    if (known !== undefined) return known;
    const work = this.#token(id, renewal).finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, work);
    return work;
  }

  async #token(id: string, renewal: () => Renewal | Promise<Renewal>): Promise<KeptToken> {
    const deadline = performance.now() + waitAtMostMs;
    while (performance.now() < deadline) {
      const row = await this.rows.read(id);
      if (row?.state !== 'active') throw new NeedsAuthorization();
      const good = goodIn(row);
      if (good !== undefined && (row.life === 'fresh' || row.renewing === 'running')) return good;
      const kept = row.renewing === 'running' ? undefined : await this.#renewed(row, good, renewal);
      if (kept !== undefined) return kept;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
    throw new PlatformUnavailable('renewal-busy');
  }

  /** Undefined where the row must be read again, because it is another one by now. */
  async #renewed(
    row: TokenRow,
    good: KeptToken | undefined,
    renewalOf: () => Renewal | Promise<Renewal>,
  ): Promise<KeptToken | undefined> {
    try {
      const renewal = await renewalOf();
      const claim = await this.rows.claim(row);
      return claim === undefined ? undefined : await this.#renew(row, claim, renewal);
    } catch (error) {
      // It is renewed before its end, so a token host that is down for a while is nobody's trouble yet.
      if (good !== undefined && error instanceof LiaisonError) return good;
      throw error;
    }
  }

  async #renew(row: TokenRow, claim: string, renewal: Renewal): Promise<KeptToken | undefined> {
    const refreshes = row.tokens?.refreshToken !== undefined;
    const isFinal = renewal.lostAnswerIsFinal && refreshes;
    if (row.renewing === 'abandoned' && isFinal) {
      // Whoever began it died between the question and the row; the server may hold the old token for stolen by now.
      await renewal.end('answer-lost', claim);
      return undefined;
    }
    let tokens: TokenSet;
    try {
      tokens = await renewal.renew(row.tokens);
    } catch (error) {
      const end = endOf(error, row, isFinal);
      if (end !== undefined) await renewal.end(end, claim);
      if (end !== undefined && refreshes) return undefined;
      await this.rows.giveBack(row.id, claim);
      throw error instanceof OutcomeUnknown ? new PlatformUnavailable('answer-lost', { cause: error }) : error;
    }
    const isStored = await this.#stored(row, claim, tokens);
    return isStored ? { accessToken: tokens.accessToken, generation: String(BigInt(row.generation) + 1n) } : undefined;
  }

  /** The old pair may be dead already, so a database that is away for a moment must not cost the new one. */
  async #stored(row: TokenRow, claim: string, tokens: TokenSet): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.rows.store(row, claim, tokens);
      } catch (error) {
        if (!isTransient(error) || attempt === storeTries) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250 * attempt));
      }
    }
  }
}

function goodIn({ tokens, life, generation }: TokenRow): KeptToken | undefined {
  return tokens === undefined || life === 'over' ? undefined : { accessToken: tokens.accessToken, generation };
}

/** Whether a renewal that failed is the last one, and why. */
function endOf(error: unknown, row: TokenRow, lostAnswerIsFinal: boolean): TokensEnd | undefined {
  if (error instanceof OutcomeUnknown) return lostAnswerIsFinal ? 'answer-lost' : undefined;
  if (!(error instanceof NeedsAuthorization)) return undefined;
  if (row.tokens?.refreshToken !== undefined) return 'refused';
  return row.life === 'over' ? 'no-refresh-token' : undefined;
}
