import { type DataSource } from 'typeorm';
import { type SecretBox } from '../common/security/secret-box.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { type SealedColumn } from '../database/sealed-columns.js';
import { type TokenSet } from './token-set.js';

/** What is sealed in a row. */
export interface HeldTokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** The addresses that they are for, as one text; undefined in those that were sealed before it was written down. */
  readonly audience?: string | undefined;
}

/** Tokens as they are held now, by the database's clock. */
export interface TokenRow {
  readonly id: string;
  readonly tenantId: string;
  readonly state: string;
  readonly tokens: HeldTokens | undefined;
  /** `fresh`: good for a while. `due`: good, and to be renewed. `over`: of no use. */
  readonly life: 'fresh' | 'due' | 'over';
  readonly generation: string;
  readonly renewal: string;
  /** `abandoned`: somebody began to renew them and never said how it went. */
  readonly renewing: 'no' | 'running' | 'abandoned';
  /** For how many seconds the token host is left alone; null where it may be asked. */
  readonly restSeconds: number | null;
  /** Whether a renewal has ever brought another refresh token; null before the first renewal. */
  readonly refreshRotates: boolean | null;
}

function boundTo(table: 'grants' | 'app_tokens', tenantId: string, id: string): string {
  return `${table}\n${tenantId}\n${id}`;
}

function tokensColumn(table: 'grants' | 'app_tokens', column: string): SealedColumn {
  const boundBy = ['tenant_id', 'id'];
  return {
    table,
    column,
    key: ['id'],
    boundBy,
    boundTo: ({ id = '', tenant_id: tenantId = '' }) => boundTo(table, tenantId, id),
  };
}

/** Where tokens are kept. */
export const tokenColumns: readonly SealedColumn[] = [
  tokensColumn('grants', 'sealed_tokens'),
  tokensColumn('grants', 'sealed_for_revocation'),
  tokensColumn('app_tokens', 'sealed_tokens'),
];

/** Longer than any call to a token endpoint may take. */
const renewalSeconds = 30;

/**
 * The life of tokens that have just come, as columns to set; both places hold seconds, or null where there is no end. A tenth to
 * a fifth of a token's life before its end, but not more than ten minutes, it is renewed; never without an end.
 */
export function accessLife(seconds: string): string {
  const life = `${seconds}::float8`;
  return `
    expires_at = clock_timestamp() + make_interval(secs => ${life}), rests_until = null,
    renew_after = clock_timestamp() + make_interval(secs => ${life} - least(600, ${life} * (0.1 + 0.1 * random())))`;
}

/** The same of the refresh token of a grant. At half its life, or weekly, it is renewed although nobody uses the grant. */
export function refreshLife(seconds: string): string {
  const life = `make_interval(secs => ${seconds}::float8)`;
  return `
    refresh_expires_at = clock_timestamp() + ${life}, renewed_at = clock_timestamp(), updated_at = clock_timestamp(),
    keep_at = clock_timestamp() + least(interval '7 days', ${life} / 2)`;
}

/**
 * The rows of a table that hold tokens: sealed, for one row and no other, and renewed by one process at a time. A row is
 * claimed by a number, not by a lock, because no transaction may wait for the network; every write names the claim that it
 * was made under, so that a late one changes nothing.
 */
export class TokenRows {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    private readonly table: 'grants' | 'app_tokens',
  ) {}

  async read(id: string): Promise<TokenRow | undefined> {
    const row = await firstRowOf<Omit<TokenRow, 'tokens'> & { readonly sealed: string | null }>(
      this.dataSource,
      `select id, tenant_id as "tenantId", state, sealed_tokens as sealed, generation, renewal,
              refresh_rotates as "refreshRotates",
              case when rests_until > clock_timestamp()
                   then greatest(1, ceil(extract(epoch from rests_until - clock_timestamp())))::int end as "restSeconds",
              case when expires_at <= clock_timestamp() then 'over'
                   when renew_after <= clock_timestamp() then 'due' else 'fresh' end as life,
              case when renewing_since is null then 'no'
                   when renewing_since > clock_timestamp() - make_interval(secs => ${renewalSeconds}) then 'running'
                   else 'abandoned' end as renewing
       from ${this.table} where id = $1`,
      [id],
    );
    if (row === undefined) return undefined;
    const { sealed, ...rest } = row;
    return { ...rest, tokens: sealed === null ? undefined : this.open(row.tenantId, id, sealed) };
  }

  /** Claims the renewal of these very tokens; undefined when somebody else was first. */
  async claim(row: TokenRow): Promise<string | undefined> {
    const claimed = await firstRowOf<{ renewal: string }>(
      this.dataSource,
      `update ${this.table} set renewal = renewal + 1, renewing_since = clock_timestamp()
       where id = $1 and renewal = $2 and generation = $3 and state = 'active'
         and (renewing_since is null
              or renewing_since <= clock_timestamp() - make_interval(secs => ${renewalSeconds}))
       returning renewal`,
      [row.id, row.renewal, row.generation],
    );
    return claimed?.renewal;
  }

  /** Stores what a claim brought, before anybody uses it; false when the claim or the grant is over. */
  async store(row: TokenRow, renewal: string, tokens: TokenSet, audience?: string): Promise<boolean> {
    const known = row.tokens?.refreshToken;
    const { accessToken, refreshToken = known } = tokens;
    const held: HeldTokens = { accessToken, refreshToken, audience: audience ?? row.tokens?.audience };
    const rotated = known === undefined ? null : held.refreshToken !== known;
    const rows = await rowsOf(
      this.dataSource,
      `update ${this.table} set
         sealed_tokens = $4, generation = generation + 1, renewing_since = null, ${accessLife('$5')},
         refresh_rotates = coalesce(refresh_rotates or $6, $6, refresh_rotates)
         ${this.table === 'grants' ? `, ${refreshLife('$7')}` : ''}
       where id = $1 and renewal = $2 and state = $3 and renewing_since is not null returning 1`,
      [
        row.id,
        renewal,
        'active',
        this.seal(row.tenantId, row.id, held),
        tokens.accessSeconds ?? null,
        rotated,
        ...(this.table === 'grants' ? [tokens.refreshSeconds ?? null] : []),
      ],
    );
    return rows.length === 1;
  }

  /** Gives a claim back: the renewal surely changed nothing at the server, which is left alone for so many seconds. */
  async giveBack(id: string, renewal: string, restSeconds: number): Promise<void> {
    await this.dataSource.query(
      `update ${this.table} set renewing_since = null, rests_until = clock_timestamp() + make_interval(secs => $3::float8)
       where id = $1 and renewal = $2 and renewing_since is not null`,
      [id, renewal, restSeconds],
    );
  }

  /** The server has refused tokens of this generation: whoever asks next has them renewed. */
  async refuse(id: string, generation: string): Promise<void> {
    await this.dataSource.query(
      `update ${this.table} set expires_at = clock_timestamp(), renew_after = clock_timestamp()
       where id = $1 and generation = $2`,
      [id, generation],
    );
  }

  /** They are to be renewed although they are good. */
  async makeDue(id: string): Promise<void> {
    await this.dataSource.query(
      `update ${this.table} set renew_after = clock_timestamp() where id = $1 and renewing_since is null`,
      [id],
    );
  }

  /** The sealed form of tokens for that row. */
  seal(tenantId: string, id: string, tokens: HeldTokens): string {
    return this.box.seal(JSON.stringify(tokens), boundTo(this.table, tenantId, id));
  }

  /** Opens what `seal` made for that row. */
  open(tenantId: string, id: string, sealed: string): HeldTokens {
    const opened: unknown = JSON.parse(this.box.open(sealed, boundTo(this.table, tenantId, id)));
    // Sealed by `seal` and authenticated, so the shape is the one that went in.
    return opened as HeldTokens;
  }
}
