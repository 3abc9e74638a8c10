import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import { isCrm } from '../../crm/crm-platform.js';
import { firstRowOf } from '../../database/rows.js';
import { PLATFORMS, type Platform } from '../../platforms/platform.js';
import { builtInMapping, compileMapping, type CompiledMapping } from './compiled-mapping.js';
import { parseWith } from '../../common/http/validation.js';
import { MappingDto } from './crm-mapping.dto.js';
import { type RowSource } from './row-source.js';

/** The version that is current for the connection of row `alias`, in SQL; 0 is the built-in one. */
export function currentVersionOf(alias: string): string {
  return `coalesce((select max(version) from crm_mappings where crm_mappings.connection_id = ${alias}.connection_id), 0)`;
}

const documentOf = `
  select m.document, c.platform from crm_mappings m join connections c on c.id = m.connection_id
  where m.connection_id = $1 and m.version = $2`;

const keptAtMost = 500;

/** The version that is current for a connection; 0 where none was ever saved. */
export async function currentVersion(connectionId: string, rows: RowSource): Promise<number> {
  const [found] = await rows<{ readonly version: number }>(
    `select coalesce(max(version), 0) as version from crm_mappings where connection_id = $1`,
    [connectionId],
  );
  return found?.version ?? 0;
}

/** Mappings by their versions. A version never changes, so each is read and compiled once. */
@Injectable()
export class MappingVersions {
  readonly #known = new LRUCache<string, CompiledMapping>({ max: keptAtMost });

  constructor(
    private readonly dataSource: DataSource,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
  ) {}

  /** The mapping of that version. Throws where there is none, or one that an older program would have refused. */
  async get(connectionId: string, version: number): Promise<CompiledMapping> {
    if (version === 0) return builtInMapping;
    const key = `${connectionId}/${version}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const row = await firstRowOf<{ document: unknown; platform: string }>(this.dataSource, documentOf, [
      connectionId,
      version,
    ]);
    const platform = this.platforms.find(({ id }) => id === row?.platform);
    if (row === undefined || platform === undefined || !isCrm(platform)) throw new Error(`no mapping ${key}`);
    const compiled = compileMapping(parseWith(MappingDto, row.document, 'mapping'), platform.connector);
    if (!compiled.ok) throw new Error(`mapping ${key} is not usable: ${compiled.faults[0]?.detail ?? ''}`);
    this.#known.set(key, compiled.mapping);
    return compiled.mapping;
  }
}
