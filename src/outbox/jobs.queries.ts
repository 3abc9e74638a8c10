import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NotFound } from '../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { Where } from '../database/where.js';
import { jobColumns, toJobDto, type JobDto, type JobRow, type JobsQuery } from './job.dto.js';

@Injectable()
export class JobsQueries {
  constructor(private readonly dataSource: DataSource) {}

  async page(tenantId: string, query: JobsQuery): Promise<Page<JobDto>> {
    const after = query.cursor === undefined ? undefined : decodeCursor('jobs', ['id'], query.cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(after, (place) => `id > ${place}::uuid`)
      .and(query.state, (place) => `state = ${place}`)
      .and(query.connectionId, (place) => `connection_id = ${place}`);
    const sql = `select ${jobColumns} from jobs where ${where.sql} order by id limit ${where.place(query.limit + 1)}`;
    const rows = await rowsOf<JobRow>(this.dataSource, sql, where.parameters);
    return toPage(rows, query.limit, (row) => encodeCursor('jobs', [row.id]), toJobDto);
  }

  /** Lets a job be tried again at once. Throws `NotFound` for an unknown one and for another tenant's. */
  async retry(tenantId: string, id: string): Promise<JobDto> {
    const row = await firstRowOf<JobRow>(
      this.dataSource,
      `update jobs set state = 'waiting', ended_at = null,
              run_at = case when state = 'waiting' then least(run_at, clock_timestamp()) else clock_timestamp() end
       where id = $1 and tenant_id = $2 returning ${jobColumns}`,
      [id, tenantId],
    );
    if (row === undefined) throw new NotFound({ detail: 'There is no such job; it may be done.' });
    return toJobDto(row);
  }
}
