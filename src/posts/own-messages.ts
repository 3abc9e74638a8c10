import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { rowsOf } from '../database/rows.js';
import { type PlacedPost } from '../platforms/posting.js';
import { type Search } from './post-turns.js';
import { type PostRow } from './post.dto.js';

/** Looks for a message of ours among what the platform told us, where it does not let us look for ourselves. */
@Injectable()
export class OwnMessages {
  constructor(private readonly dataSource: DataSource) {}

  /** The message of that author with the words of the post. */
  async find(post: PostRow, authorExternalId: string, { since, taken }: Search): Promise<PlacedPost | undefined> {
    const { markdown, html, text } = post.content;
    const rows = await rowsOf<{ externalId: string; createdAt: Date | null }>(
      this.dataSource,
      `select external_id as "externalId", created_at as "createdAt" from messages
       where space_id = $1 and author_external_id = $2 and sort_at >= $3 and btrim(content) = any($4::text[])
       order by sort_at, id`,
      [post.spaceId, authorExternalId, since, [markdown, html, text].flatMap((form) => form?.trim() ?? [])],
    );
    const found = rows.find(({ externalId }) => !taken.has(externalId));
    return found === undefined ? undefined : { externalId: found.externalId, createdAt: found.createdAt ?? undefined };
  }
}
