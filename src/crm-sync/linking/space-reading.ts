import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { firstRowOf, rowsOf } from '../../database/rows.js';
import { isMemberSql } from '../../spaces/member.state.js';

export interface SpaceMember {
  readonly externalId: string;
  readonly email: string;
}

export interface SpaceMessage {
  readonly id: string;
  readonly content: string;
}

/** What a space says of what it is about. */
export interface SpaceReading {
  readonly id: string;
  readonly title: string | null;
  /** Whether it is linked to a record of the CRM, or that is suggested. */
  readonly isLinked: boolean;
  readonly members: readonly SpaceMember[];
  /** The newest first. */
  readonly messages: readonly SpaceMessage[];
}

/** A space with more people is no talk with a customer; the addresses of these many are looked at. */
export const mostMembers = 200;
const newestMessages = 200;

const newest = `
  select id from messages where tenant_id = $1 and space_id = $2 order by sort_at desc, id desc limit ${newestMessages}`;
const mentioning = `
  select distinct source::uuid from crm_link_mentions
  where connection_id = $3 and space_id = $2 and source <> 'title' and rule_id = any($4::uuid[])`;

/* What Liaison says of a record in the space is no sign that the space is about it. */
const messages = `
  select m.id, left(m.content, 4000) as content from messages m
  where (m.id in (${newest}) or m.id in (${mentioning}))
    and m.content is not null and m.deleted_at is null and m.failed_at is null
    and not exists (select from posts p where p.connection_id = m.connection_id and p.external_id = m.external_id)
  order by m.sort_at desc, m.id desc`;

/** Reads spaces for what names records in them. */
@Injectable()
export class SpaceReader {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Undefined for a space that is not there, or not any more. Messages are the newest ones, and those in which these rules found
   * something before.
   */
  async read(
    tenantId: string,
    id: string,
    { connectionId, textRules }: { readonly connectionId: string; readonly textRules: readonly string[] },
  ): Promise<SpaceReading | undefined> {
    const space = await firstRowOf<Pick<SpaceReading, 'title' | 'isLinked'>>(
      this.dataSource,
      `select title, exists (select from crm_links where space_id = $2 and connection_id = $3 and state <> 'removed') as "isLinked"
       from spaces where tenant_id = $1 and id = $2 and deleted_at is null`,
      [tenantId, id, connectionId],
    );
    if (space === undefined) return undefined;
    return {
      id,
      ...space,
      members: await rowsOf<SpaceMember>(
        this.dataSource,
        `select external_id as "externalId", email from members
         where tenant_id = $1 and space_id = $2 and email is not null and (${isMemberSql})
         order by id limit ${mostMembers}`,
        [tenantId, id],
      ),
      messages:
        textRules.length === 0
          ? []
          : await rowsOf<SpaceMessage>(this.dataSource, messages, [tenantId, id, connectionId, textRules]),
    };
  }
}
