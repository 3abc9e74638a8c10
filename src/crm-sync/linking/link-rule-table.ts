import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { rowsOf } from '../../database/rows.js';
import { type LinkRule } from './link-rule.js';

export const ruleColumns = `id, tenant_id as "tenantId", connection_id as "connectionId", name,
  record_kind as "recordKind", signals, activate, threshold, made_by as "madeBy", created_at as "createdAt"`;

/** The rules as the work reads them. */
@Injectable()
export class LinkRuleTable {
  constructor(private readonly dataSource: DataSource) {}

  /** The oldest first: of two that find the same equally sure, the older one has found it. */
  ofConnection(connectionId: string): Promise<readonly LinkRule[]> {
    return rowsOf<LinkRule>(
      this.dataSource,
      `select ${ruleColumns} from crm_link_rules where connection_id = $1 order by id`,
      [connectionId],
    );
  }
}
