import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { inTransaction } from '../../database/transaction.js';
import { Where } from '../../database/where.js';
import { ChangeTable } from './change-table.js';
import { type RetryCrmChanges } from './crm-change.dto.js';

/** Changes that are made again because a caller says so. */
@Injectable()
export class CrmRetriesService {
  constructor(
    private readonly table: ChangeTable,
    private readonly dataSource: DataSource,
  ) {}

  /** Answers how many of the changes that failed are made again. */
  failed(tenantId: string, { connectionId, fault }: RetryCrmChanges): Promise<number> {
    return this.#retry(
      new Where()
        .and(tenantId, (place) => `tenant_id = ${place}`)
        .and(connectionId, (place) => `connection_id = ${place}`)
        .and(fault, (place) => `fault = ${place}`)
        .always(`state = 'failed'`),
    );
  }

  /** Whether there is such a change. */
  async one(tenantId: string, id: string): Promise<boolean> {
    const one = new Where().and(tenantId, (place) => `tenant_id = ${place}`).and(id, (place) => `id = ${place}::uuid`);
    return (await this.#retry(one)) > 0;
  }

  #retry(which: Where): Promise<number> {
    return inTransaction(this.dataSource, (tx) => this.table.retry(which, tx));
  }
}
