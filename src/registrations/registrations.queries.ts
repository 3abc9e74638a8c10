import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { type PageQuery } from '../common/http/query.dto.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import {
  registrationColumns,
  toRegistrationDto,
  type RegistrationDto,
  type RegistrationRow,
} from './registration.dto.js';

const cursorKind = 'registrations';

@Injectable()
export class RegistrationsQueries {
  constructor(private readonly reads: TenantReads) {}

  /** In the order in which they became known. */
  async page(tenantId: string, connectionId: string, query: PageQuery): Promise<Page<RegistrationDto>> {
    const after = query.cursor === undefined ? undefined : decodeCursor(cursorKind, ['id'], query.cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(connectionId, (place) => `connection_id = ${place}`)
      .and(after, (place) => `id > ${place}::uuid`);
    const rows = await this.reads.rows<RegistrationRow>(
      tenantId,
      `select ${registrationColumns} from registrations
       where ${where.sql} order by id limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    return toPage(rows, query.limit, (row) => encodeCursor(cursorKind, [row.id]), toRegistrationDto);
  }
}
