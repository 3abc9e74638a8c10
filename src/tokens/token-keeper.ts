import { isTransient } from '../common/errors/sql-state.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../platforms/platform.errors.js';
import { type HeldTokens, type TokenRow, type TokenRows } from './token-rows.js';
import { type TokenSet } from './token-set.js';

/** How tokens of one row are renewed, and what it means when that fails. */
export interface Renewal {
  /** One call to the token endpoint. Throws as `OAuthClient.refresh`. */
  renew(held: HeldTokens | undefined): Promise<TokenSet>;
  /** Whether a renewal whose answer was lost ends the grant; see `OAuthServer.lostRefreshIsFinal`. */
  readonly lostAnswerIsFinal: boolean;
  /** The grant is over until its user consents again. */
  end(reason: 'refused' | 'answer-lost'): Promise<void>;
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
   * A token that is good for a while; never of the generation `refused`. Throws `NeedsAuthorization` where the grant is
   * over and `PlatformUnavailable` where a renewal is needed and does not succeed now.
   */
  token(id: string, renewal: Renewal, refused?: string): Promise<KeptToken> {
    const key = `${id} ${refused ?? ''}`;
    const known = this.#underWay.get(key);
    if (known !== undefined) return known;
    const work = this.#token(id, renewal, refused).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, work);
    return work;
  }

  async #token(id: string, renewal: Renewal, refused: string | undefined): Promise<KeptToken> {
    const deadline = performance.now() + waitAtMostMs;
    while (performance.now() < deadline) {
      const row = await this.rows.read(id);
      if (row?.state !== 'active') throw new NeedsAuthorization();
      const { tokens } = row;
      const usable = tokens !== undefined && row.life !== 'over' && row.generation !== refused;
      const good = usable ? { accessToken: tokens.accessToken, generation: row.generation } : undefined;
      if (good !== undefined && (row.life === 'fresh' || row.renewing === 'running')) return good;
      const claim = row.renewing === 'running' ? undefined : await this.rows.claim(row);
      if (claim === undefined) await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      else return await this.#renew(row, claim, renewal, good);
    }
    throw new PlatformUnavailable('renewal-busy');
  }

  async #renew(row: TokenRow, claim: string, renewal: Renewal, good: KeptToken | undefined): Promise<KeptToken> {
    const hasRefreshToken = row.tokens?.refreshToken !== undefined;
    const isFinal = renewal.lostAnswerIsFinal && hasRefreshToken;
    if (row.renewing === 'abandoned' && isFinal) {
      // Whoever began it died between the question and the row; the server may hold the old token for stolen by now.
      await renewal.end('answer-lost');
      throw new NeedsAuthorization();
    }
    let tokens: TokenSet;
    try {
      tokens = await renewal.renew(row.tokens);
    } catch (error) {
      if (error instanceof OutcomeUnknown) {
        if (isFinal) {
          await renewal.end('answer-lost');
          throw new NeedsAuthorization();
        }
        await this.rows.giveBack(row.id, claim);
        if (good !== undefined) return good;
        throw new PlatformUnavailable('answer-lost', { cause: error });
      }
      if (error instanceof NeedsAuthorization && hasRefreshToken) await renewal.end('refused');
      else await this.rows.giveBack(row.id, claim);
      // It is renewed before its end, so a token host that is down for a while is nobody's trouble yet.
      if (good !== undefined && error instanceof PlatformUnavailable) return good;
      throw error;
    }
    const isStored = await this.#stored(row, claim, tokens);
    if (!isStored) throw new NeedsAuthorization();
    return { accessToken: tokens.accessToken, generation: String(BigInt(row.generation) + 1n) };
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
