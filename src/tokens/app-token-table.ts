import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { fingerprint } from '../common/security/fingerprint.js';
import { SecretBox } from '../common/security/secret-box.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { firstRowOf } from '../database/rows.js';
import { type SealedColumn } from '../database/sealed-columns.js';
import { NeedsAuthorization } from '../platforms/platform.errors.js';
import { TokenRows } from './token-rows.js';

/** What an app names itself with. */
const clientNames = ['clientSecret', 'appSecret'];

interface Origin {
  readonly sealedSource: string | null;
  /** As it was stored before it was sealed. */
  readonly source: string | null;
}

/** Where it is kept which secrets the tokens of an app began with. */
export const tokenSourceColumn: SealedColumn = {
  table: 'app_tokens',
  column: 'sealed_source',
  key: ['id'],
  boundBy: ['tenant_id', 'id'],
  boundTo: ({ id = '', tenant_id: tenantId = '' }) => boundTo({ id, tenantId }),
};

function boundTo({ id, tenantId }: { readonly id: string; readonly tenantId: string }): string {
  return `app-token-source\n${tenantId}\n${id}`;
}

/**
 * The rows of apps' own tokens. Each knows, sealed, the fingerprint of the secrets that its tokens began with, so that other
 * secrets begin anew and the same ones never do.
 */
@Injectable()
export class AppTokenTable {
  readonly rows: TokenRows;

  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    private readonly directory: ConnectionDirectory,
  ) {
    this.rows = new TokenRows(dataSource, box, 'app_tokens');
  }

  /**
   * Makes the row of the connection, with the tokens that came with it, where there is none or one of other secrets. Answers
   * the connection as it is now. Throws `NeedsAuthorization` for one that is gone.
   */
  async prepare(connection: OpenConnection): Promise<OpenConnection> {
    const origin = await this.#originOf(connection);
    if (origin !== undefined && (await this.#isOf(connection, origin))) return connection;
    // Another process may have seen other secrets before us, and renewed their tokens: older ones are not put back.
    await this.directory.refresh();
    const current = this.directory.get(connection.id);
    if (current === undefined) throw new NeedsAuthorization();
    if (current !== connection) return this.prepare(current);
    await this.#begin(current, origin);
    return current;
  }

  /** Nothing is tried again before the connection gets other secrets. */
  async forget(connection: OpenConnection, claim: string): Promise<void> {
    await this.dataSource.query(
      `update app_tokens set sealed_tokens = null, renewing_since = null, generation = generation + 1
       where id = $1 and renewal = $2`,
      [connection.id, claim],
    );
  }

  #originOf({ id }: OpenConnection): Promise<Origin | undefined> {
    return firstRowOf<Origin>(
      this.dataSource,
      `select sealed_source as "sealedSource", source from app_tokens where id = $1`,
      [id],
    );
  }

  async #isOf(connection: OpenConnection, { sealedSource, source }: Origin): Promise<boolean> {
    const own = sourceOf(connection);
    const known = sealedSource === null ? source : this.box.open(sealedSource, boundTo(connection));
    if (known === own) return true;
    if (known !== earlierSourceOf(connection)) return false;
    await this.dataSource.query(
      `update app_tokens set sealed_source = $2, source = null
       where id = $1 and sealed_source is not distinct from $3 and source is not distinct from $4`,
      [connection.id, this.box.seal(own, boundTo(connection)), sealedSource, source],
    );
    return true;
  }

  /** Changes nothing where somebody else was first. */
  async #begin(connection: OpenConnection, known: Origin | undefined): Promise<void> {
    const { id, tenantId } = connection;
    const accessToken = connection.secret('accessToken');
    const refreshToken = connection.secret('refreshToken');
    const sealed =
      accessToken === undefined && refreshToken === undefined
        ? null
        : this.rows.seal(tenantId, id, { accessToken: accessToken ?? '', refreshToken });
    await this.dataSource.query(
      `insert into app_tokens (id, tenant_id, sealed_source, sealed_tokens, expires_at)
       values ($1, $2, $3, $4, case when $5 then null else clock_timestamp() end)
       on conflict (id) do update set
         sealed_source = excluded.sealed_source, source = null, sealed_tokens = excluded.sealed_tokens,
         expires_at = excluded.expires_at, renew_after = null, renewing_since = null, refresh_rotates = null,
         generation = app_tokens.generation + 1, renewal = app_tokens.renewal + 1, rests_until = null
       where app_tokens.sealed_source is not distinct from $6 and app_tokens.source is not distinct from $7`,
      [
        id,
        tenantId,
        this.box.seal(sourceOf(connection), boundTo(connection)),
        sealed,
        accessToken !== undefined,
        known?.sealedSource ?? null,
        known?.source ?? null,
      ],
    );
  }
}

/**
 * What tokens hang on. With a refresh token that is the tokens that were entered, whatever the client's secret is by now: the
 * refresh token of the time has long come in place of the one that was entered. Without one it is the client. Tokens are never
 * for other addresses.
 */
function sourceOf(connection: OpenConnection): string {
  const given = ['accessToken', 'refreshToken'];
  const names = connection.secret('refreshToken') === undefined ? [...given, ...clientNames] : given;
  return fingerprintOf([connection.audience, ...secretsIn(connection, names)]);
}

/** As it was written before addresses were part of it, and with the client's secret in any case. */
function earlierSourceOf(connection: OpenConnection): string {
  return fingerprintOf(secretsIn(connection, ['accessToken', 'refreshToken', ...clientNames]));
}

function secretsIn(connection: OpenConnection, names: readonly string[]): readonly (string | null)[] {
  return names.map((name) => connection.secret(name) ?? null);
}

function fingerprintOf(parts: readonly (string | null)[]): string {
  return fingerprint(Buffer.from(JSON.stringify(parts)));
}
