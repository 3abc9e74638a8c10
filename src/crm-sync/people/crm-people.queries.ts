import { Injectable } from '@nestjs/common';
import { encodeCursor, startOf, toPage, type Page } from '../../common/http/page.js';
import { ConnectionsService } from '../../connections/connections.service.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { Where } from '../../database/where.js';
import { isMemberSql } from '../../spaces/member.state.js';
import { type FoundRecord } from '../linking/lookup.js';
import { type CrmPeopleQuery, type CrmPersonDto, type CrmUserDto } from './crm-people.dto.js';

interface PersonRow {
  readonly id: string;
  readonly spaceId: string;
  readonly externalId: string;
  readonly displayName: string | null;
  readonly email: string;
  readonly found: readonly FoundRecord[] | null;
  readonly lookedAt: Date | null;
  readonly user: CrmUserDto | null;
}

const cursorKind = 'crm-people';

/** Who the people of spaces are in a CRM, as it was last asked; nobody is asked for this. */
@Injectable()
export class CrmPeopleQueries {
  constructor(
    private readonly reads: TenantReads,
    private readonly connections: ConnectionsService,
  ) {}

  /**
   * Members with an e-mail address, in the order of their ids. Throws `NotFound` for an unknown CRM connection; a space that is not
   * there has no members.
   */
  async page(tenantId: string, connectionId: string, query: CrmPeopleQuery): Promise<Page<CrmPersonDto>> {
    await this.connections.get(tenantId, connectionId, 'crm');
    const where = new Where()
      .and(tenantId, (place) => `m.tenant_id = ${place}`)
      .and(query.spaceId, (place) => `m.space_id = ${place}`)
      .and(startOf(cursorKind, ['id'], query)?.[0], (place) => `m.id > ${place}::uuid`)
      .always(`m.email is not null and (${isMemberSql})`);
    const connection = where.place(connectionId);
    const rows = await this.reads.rows<PersonRow>(
      tenantId,
      `select m.id, m.space_id as "spaceId", m.external_id as "externalId", m.display_name as "displayName", m.email,
              k.found, k.looked_at as "lookedAt",
              (select json_build_object('externalId', u.external_id, 'name', u.name) from crm_users u
               where u.connection_id = ${connection} and u.email = lower(m.email)
               order by u.external_id limit 1) as user
       from members m
       left join crm_lookups k on k.connection_id = ${connection} and k.by = 'email' and k.kind = 'contact'
         and k.key = lower(m.email)
       where ${where.sql} order by m.id limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    return toPage(rows, query.limit, (row) => encodeCursor(cursorKind, [row.id]), toCrmPersonDto);
  }
}

function toCrmPersonDto({ found, lookedAt, ...row }: PersonRow): CrmPersonDto {
  return {
    ...row,
    contacts: (found ?? []).map(({ externalId, name, accountExternalId, url }) => ({
      externalId,
      name,
      accountExternalId: accountExternalId ?? null,
      url: url ?? null,
    })),
    lookedAt: lookedAt?.toISOString() ?? null,
  };
}
