import { storedSql, wordedSql } from '../../src/messages/search/message-words.js';
import { connectionIdSql, hex, learned, spaceIdSql, spaceIndex, userIndex } from './history-sql.js';

const idOf = (kind: string): string =>
  `(${hex('(extract(epoch from at) * 1000)::bigint', 12)} || '7' || substr(md5('${kind}' || n), 1, 19))::uuid`;

/** One row per message `n`, with everything about it that several tables need. */
const said = `
  said as (
    select n, at, s.index as space_index, ${idOf('m')} as message_id,
           ${spaceIdSql('s.index')} as space_id, ${connectionIdSql('s.index')} as connection_id,
           ${hex('(extract(epoch from at))::bigint', 8)} || 'e4' || ${hex('n', 14)} as external_id,
           'user-' || ${userIndex} as author, 'Ada Lovelace-Müller ' || ${userIndex} as author_name,
           concat_ws(' ', (select string_agg('w' || ((n * 31 + k * k * 7919) % (100 + k * k * k)), ' ') from generate_series(1, 25) as k),
             case when n % 10 = 0 then 'deal' end, case when n % 100000 = 50000 then 'quetzal' end, 'agreed n' || n) as content,
           case when n % 10 = 1 then at + interval '1 hour' end as edited_at,
           case when n % 50 = 2 then at + interval '1 day' end as deleted_at
    from generate_series($1::bigint, $2::bigint) as n
    cross join lateral (select date_trunc('milliseconds', $3::timestamptz + n * $4::float8 * interval '1 ms') as at) as moment
    cross join lateral (select ${spaceIndex} as index) as s
  )`;

const insertMessages = `
  with ${said}
  insert into messages (id, tenant_id, connection_id, platform, space_id, external_id, sort_at, author_external_id, author_name,
                        content, content_type, content_at, content_rank, created_at, edited_at, deleted_at, revision,
                        first_at, learned_at, sort_learned_at)
  select message_id, 'default', connection_id, 'watson-work', space_id, external_id, at, author, author_name,
         case when deleted_at is null then content || case when edited_at is null then '' else ' edited' end end,
         case when deleted_at is null then 'text/markdown' end,
         case when deleted_at is null then coalesce(edited_at, at) end,
         case when deleted_at is null and edited_at is not null then 1 else 0 end, at, edited_at, deleted_at,
         1 + (edited_at is not null)::int + (deleted_at is not null)::int, at, ${learned('at')}, ${learned('at')}
  from said`;

const who = `'actor', jsonb_build_object('externalId', author, 'displayName', author_name)`;
const where = `'space', jsonb_build_object('externalId', 'space-' || space_index, 'title', 'Space ' || space_index)`;

/** Five numbers of the feed belong to each message; some are left out, as rolled back transactions leave some out. */
const insertEvents = `
  with ${said},
  facts as (
    select said.*, fact.*
    from said cross join lateral (values
      (0, 'message.created', at, jsonb_build_object('messageExternalId', external_id, 'content', content, 'contentType', 'text/markdown')),
      (1, 'message.edited', edited_at, jsonb_build_object('messageExternalId', external_id, 'content', content || ' edited', 'contentType', 'text/markdown')),
      (2, 'message.deleted', deleted_at, jsonb_build_object('messageExternalId', external_id)),
      (3, 'annotation.added', case when n % 10 = 3 then at + interval '1 minute' end,
          jsonb_build_object('messageExternalId', external_id, 'annotationExternalId', 'a' || n, 'annotationType', 'generic',
                             'payload', jsonb_build_object('text', 'noted ' || n), 'rawPayload', '{"text":"noted ' || n || '"}')),
      (4, 'reaction.added', case when n % 10 = 4 then at + interval '2 minutes' end,
          jsonb_build_object('messageExternalId', external_id, 'reaction', '👍'))
    ) as fact(kind, type, occurred_at, body)
    where fact.occurred_at is not null
  )
  insert into events (seq, delivery_seq, occurred_at, learned_at, ordinal, id, connection_id, delivery_id, space_id, message_id,
                      subject_id, tenant_id, platform, type, data)
  select n * 5 + kind, n * 5 + kind, occurred_at, ${learned('occurred_at')}, 0,
         (${hex('(extract(epoch from occurred_at) * 1000)::bigint', 12)} || '7' || substr(md5('e' || kind || n), 1, 19))::uuid,
         connection_id, ${idOf('d')}, space_id, message_id,
         case kind when 3 then ${idOf('a')} when 4 then ${idOf('r')} else message_id end, 'default', 'watson-work', type,
         body || jsonb_build_object(${who}, ${where})
  from facts`;

const insertAnnotations = `
  with ${said}
  insert into annotations (id, tenant_id, connection_id, platform, space_id, message_id, external_id, type, payload, raw_payload,
                           author_external_id, author_name, added_at, version_at, version_rank, version_learned_at,
                           sort_at, sort_learned_at, learned_at)
  select ${idOf('a')}, 'default', connection_id, 'watson-work', space_id, message_id, 'a' || n, 'generic',
         jsonb_build_object('text', 'noted ' || n), '{"text":"noted ' || n || '"}', author, author_name,
         added, added, 1, ${learned('added')}, added, ${learned('added')}, ${learned('added')}
  from said cross join lateral (select at + interval '1 minute' as added) as annotating where n % 10 = 3`;

const insertReactions = `
  with ${said}
  insert into reactions (id, tenant_id, connection_id, platform, space_id, message_id, external_id, user_external_id, reaction,
                         added_at, sort_at, sort_learned_at, learned_at)
  select ${idOf('r')}, 'default', connection_id, 'watson-work', space_id, message_id,
         external_id || '/' || author || '/👍', author, '👍', added, added, ${learned('added')}, ${learned('added')}
  from said cross join lateral (select at + interval '2 minutes' as added) as reacting where n % 10 = 4`;

/** Write the messages from `$1` to `$2`, of which the first is as old as `$3` and each is `$4` ms younger than the one before. */
export const messageStatements = [insertMessages, insertEvents, insertAnnotations, insertReactions];

/** Indexes their words as the service does, with the same parameters; quick once the tables have their indexes. */
export const insertWords = `
  with touched as materialized (with ${said} select message_id as id, 'default' as tenant_id from said),
  ${wordedSql},
  ${storedSql}
  select count(*) from worded`;
