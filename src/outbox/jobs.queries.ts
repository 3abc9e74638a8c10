import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import { jobColumns, toJobDto, type JobDto, type JobRow, type JobsQuery } from './job.dto.js';

@Injectable()
export class JobsQueries {
  constructor(private readonly reads: TenantReads) {}

  async page(tenantId: string, query: JobsQuery): Promise<Page<JobDto>> {
    const after = query.cursor === undefined ? undefined : decodeCursor('jobs', ['id'], query.cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(after, (place) => `id > ${place}::uuid`)
      .and(query.state, (place) => `state = ${place}`)
      .and(query.connectionId, (place) => `connection_id = ${place}`);
    const sql = `select ${jobColumns} from jobs where ${where.sql} order by id limit ${where.place(query.limit + 1)}`;
    const rows = await this.reads.rows<JobRow>(tenantId, sql, where.parameters);
    return toPage(rows, query.limit, (row) => encodeCursor('jobs', [row.id]), toJobDto);
  }
}
