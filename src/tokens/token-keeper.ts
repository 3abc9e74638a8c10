import { LiaisonError } from '../common/errors/liaison-error.js';
import { untilAsked } from '../database/until-asked.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../platforms/platform.errors.js';
import { type HeldTokens, type TokenRow, type TokenRows } from './token-rows.js';
import { type TokenSet } from './token-set.js';

/** Why tokens are over: the server said so, its answer was lost, or there is nothing to renew them with. */
export type TokensEnd = 'refused' | 'answer-lost' | 'no-refresh-token';

/** How tokens of one row are renewed, and what it means when that fails. */
export interface Renewal {
  /** One call to the token endpoint. Throws as `OAuthClient.refresh`. */
  renew(held: HeldTokens | undefined): Promise<TokenSet>;
  /**
   * Whether a renewal whose answer was lost ends the grant; see `OAuthServer.lostRefreshIsFinal`. It does not where the server
   * has answered renewals of these tokens and always left them their refresh token.
   */
  readonly lostAnswerIsFinal: boolean;
  /** The grant is over until its user consents again. Changes nothing where `claim` is not the last one any more. */
  end(reason: TokensEnd, claim: string): Promise<void>;
  /** The addresses that new tokens are for; those of the old ones where nothing is said. */
  readonly audience?: string;
  /** They came when the grant was over, or another one, so nobody will use them. */
  discard(tokens: TokenSet): Promise<void>;
}

/** What is handed out. */
export interface KeptToken {
  readonly accessToken: string;
  readonly generation: string;
}

const lookEveryMs = 40;
/** Somebody else renews for us; longer than a claim lasts. */
const waitAtMostMs = 35_000;
/** The old pair may be dead already, so a database that is away must not cost the new one. */
const storeForMs = 10 * 60_000;
/** A token host that is down is asked so often while tokens are good, and while acts wait for them. */
const restSeconds = { good: 30, over: 5 };
const longestRestSeconds = 3_600;

/**
 * Hands out access tokens and renews them: one renewal at a time over all callers of all processes, who then share what it
 * brought. The new pair is stored before anybody uses it.
 */
export class TokenKeeper {
  readonly #underWay = new Map<string, Promise<KeptToken>>();

  constructor(private readonly rows: TokenRows) {}

  /**
   * A token that is good for a while. `renewal` is asked for when there is something to renew; `check` throws where the tokens
   * that are held must not be used. Throws `NeedsAuthorization` where the grant is over and `PlatformUnavailable` where a renewal
   * is needed and does not succeed now.
   */
  token(
    id: string,
    renewal: () => Renewal | Promise<Renewal>,
    check: (row: TokenRow) => Promise<void> = () => Promise.resolve(),
  ): Promise<KeptToken> {
    const known = this.#underWay.get(id);
    if (known !== undefined) return inTime(known);
    const work = this.#token(id, renewal, check).finally(() => {
      if (this.#underWay.get(id) === work) this.#underWay.delete(id);
    });
    this.#underWay.set(id, work);
    return inTime(work);
  }

  /** The server has refused tokens of this generation: nobody who asks from now on gets them. */
  async refuse(id: string, generation: string): Promise<void> {
    await this.rows.refuse(id, generation);
    // Who is under way may have read them before.
    this.#underWay.delete(id);
  }

  /** They are renewed for whoever asks next, although they are good. */
  async makeDue(id: string): Promise<void> {
    await this.rows.makeDue(id);
    this.#underWay.delete(id);
  }

  async #token(
    id: string,
    renewal: () => Renewal | Promise<Renewal>,
    check: (row: TokenRow) => Promise<void>,
  ): Promise<KeptToken> {
    const deadline = performance.now() + waitAtMostMs;
    while (performance.now() < deadline) {
      const row = await this.rows.read(id);
      if (row?.state !== 'active') throw new NeedsAuthorization();
      await check(row);
      const good = goodIn(row);
      const isResting = row.restSeconds !== null && row.renewing === 'no';
      if (good !== undefined && (row.life === 'fresh' || row.renewing === 'running' || isResting)) return good;
      if (isResting) throw new PlatformUnavailable('renewal-rests', { retryAfterSeconds: row.restSeconds });
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
    const isFinal = renewal.lostAnswerIsFinal && refreshes && row.refreshRotates !== false;
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
      if (end !== undefined) await untilAsked(() => renewal.end(end, claim), storeForMs);
      if (end !== undefined && refreshes) return undefined;
      await untilAsked(() => this.rows.giveBack(row.id, claim, restAfter(error, row)), storeForMs);
      throw error instanceof OutcomeUnknown ? new PlatformUnavailable('answer-lost', { cause: error }) : error;
    }
    const { answer: isStored, attempts } = await untilAsked(
      () => this.rows.store(row, claim, tokens, renewal.audience),
      storeForMs,
    );
    if (isStored) return { accessToken: tokens.accessToken, generation: String(BigInt(row.generation) + 1n) };
    // An earlier attempt may have been committed, and then they are in use.
    if (attempts === 1) await renewal.discard(tokens);
    return undefined;
  }
}

/** What is under way goes on for whoever asks next; nobody waits for it for ever. */
async function inTime(work: Promise<KeptToken>): Promise<KeptToken> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new PlatformUnavailable('renewal-busy')), waitAtMostMs + 1_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
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

/** For how many seconds nobody asks again; a lost answer is asked for at once where somebody waits for it. */
function restAfter(error: unknown, { life }: TokenRow): number {
  if (life === 'over' && error instanceof OutcomeUnknown) return 0;
  const told = error instanceof PlatformUnavailable ? (error.retryAfterSeconds ?? 0) : 0;
  return Math.max(life === 'over' ? restSeconds.over : restSeconds.good, Math.min(told, longestRestSeconds));
}
