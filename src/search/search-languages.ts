import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { InvalidInput } from '../common/errors/liaison-error.js';
import { rowsOf } from '../database/rows.js';
import { TenantReads } from '../database/tenant-reads.js';

/** The language of tenants that have chosen none: words as they are, in lower case. */
export const defaultLanguage = 'simple';

/** How far the index of a tenant has come with the language that the tenant chose last. */
export interface SearchLanguage {
  readonly language: string;
  /** When it was chosen; undefined for a tenant that never chose. */
  readonly changedAt: Date | undefined;
  /** When the last message was indexed in it; undefined while that goes on, or was never needed. */
  readonly reindexedAt: Date | undefined;
  /** Messages that were looked at since then. */
  readonly done: number;
  /** Messages that there were; undefined until they are counted. */
  readonly total: number | undefined;
}

interface Row {
  readonly language: string;
  readonly changedAt: Date;
  readonly reindexedAt: Date | null;
  readonly done: number;
  readonly total: number | null;
}

const columns = `language, changed_at as "changedAt", reindexed_at as "reindexedAt", done, total`;

/**
 * The text search configuration that the SQL `language` names, or `simple` where an operator has dropped it since it was
 * chosen: nobody's index may come to a stand because of it.
 */
export function configurationSql(language: string): string {
  return `coalesce((select c.oid::regconfig from pg_ts_config c
    where c.cfgname = ${language} and pg_ts_config_is_visible(c.oid)), 'pg_catalog.simple'::regconfig)`;
}

/** In which language each tenant searches: one of the text search configurations of the database. */
@Injectable()
export class SearchLanguages {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: TenantReads,
  ) {}

  async of(tenantId: string): Promise<SearchLanguage> {
    const sql = `select ${columns} from search_languages where tenant_id = $1`;
    const row = await this.reads.first<Row>(tenantId, sql, [tenantId]);
    return row === undefined ? neverChosen : toSearchLanguage(row);
  }

  /**
   * Lets the tenant search in that language from now on. What is indexed already is found as before until it has been
   * indexed again, newest first, which workers do in the background. Choosing the same language changes nothing. Throws
   * `InvalidInput` for one that the database does not know.
   */
  async choose(tenantId: string, language: string): Promise<SearchLanguage> {
    await this.#refuseUnknown(language);
    await this.dataSource.query(
      `insert into search_languages as l (tenant_id, language, in_use, changed_at)
       select $1, $2::text, array[$2::text, '${defaultLanguage}'], now()
       where $2::text <> '${defaultLanguage}' or exists (select 1 from search_languages where tenant_id = $1)
       on conflict (tenant_id) do update set
         language = excluded.language, changed_at = excluded.changed_at,
         in_use = array_append(array_remove(l.in_use, excluded.language), excluded.language),
         reindexed_at = null, next_at = null, next_id = null, done = 0, total = null
       where l.language <> excluded.language`,
      [tenantId, language],
    );
    return this.of(tenantId);
  }

  async #refuseUnknown(language: string): Promise<void> {
    const known = await rowsOf<{ name: string }>(
      this.dataSource,
      `select distinct cfgname as name from pg_ts_config where pg_ts_config_is_visible(oid) order by cfgname`,
    );
    if (known.some(({ name }) => name === language)) return;
    const names = known.map(({ name }) => name).join(', ');
    throw new InvalidInput({
      detail: 'The database does not know this search language.',
      faults: [{ pointer: '/searchLanguage', detail: `must be one of ${names}` }],
    });
  }
}

const neverChosen: SearchLanguage = {
  language: defaultLanguage,
  changedAt: undefined,
  reindexedAt: undefined,
  done: 0,
  total: undefined,
};

function toSearchLanguage(row: Row): SearchLanguage {
  return { ...row, reindexedAt: row.reindexedAt ?? undefined, total: row.total ?? undefined };
}
