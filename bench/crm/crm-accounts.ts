import { type Client } from 'pg';
import { rowsOf } from '../database-server.js';
import { readerKey } from '../reading/reader-key.js';

const signingSecret = `whsec_${Buffer.from('not a secret, only a benchmark').toString('base64')}`;

/** Connections of one service to CRMs, and the work that waits for them. */
export class CrmAccounts {
  constructor(
    private readonly service: { readonly port: number },
    private readonly client: Client,
  ) {}

  /** Makes a connection to that endpoint and answers its id. */
  async connect(url: string): Promise<string> {
    const { id } = await this.#post<{ readonly id: string }>('/v1/crm/connections', {
      platform: 'generic',
      name: url,
      settings: { url },
      secrets: { signingSecrets: signingSecret },
    });
    return id;
  }

  /** Links so many of the spaces that are not linked yet, each to a record of its own. Answers how many there were. */
  async link(connectionId: string, count: number): Promise<number> {
    const spaces = await rowsOf<{ readonly id: string }>(
      this.client,
      `select id from spaces s where not exists (select from crm_links l where l.space_id = s.id) order by id limit $1`,
      [count],
    );
    for (const { id } of spaces) {
      const record = { kind: 'opportunity', externalId: id };
      await this.#post('/v1/crm/links', { connectionId, spaceId: id, record, since: '2000-01-01T00:00:00Z' });
    }
    return spaces.length;
  }

  /** Wants every entry of a connection written again, at once. */
  async wantAll(connectionId: string): Promise<void> {
    await this.client.query('begin');
    await this.client.query(
      `insert into jobs (id, tenant_id, connection_id, kind, key, payload, credential)
       select gen_random_uuid(), tenant_id, connection_id, 'crm-push', record_kind || '/' || record_external_id,
              jsonb_build_object('kind', record_kind, 'externalId', record_external_id), 'app'
       from crm_changes where connection_id = $1 group by 2, 3, record_kind, record_external_id
       on conflict (connection_id, kind, key) do update set requests = jobs.requests + 1`,
      [connectionId],
    );
    await this.client.query(
      `update crm_changes set state = 'pending', wanted = wanted + 1, wanted_at = clock_timestamp() where connection_id = $1`,
      [connectionId],
    );
    await this.client.query('commit');
  }

  async waiting(connectionId: string): Promise<number> {
    const sql = `select count(*)::int as count from crm_changes where connection_id = $1 and state in ('pending', 'sending', 'unknown')`;
    return (await rowsOf<{ readonly count: number }>(this.client, sql, [connectionId]))[0]?.count ?? 0;
  }

  /** Every rest is over, and what waited for the end of one goes on. */
  async refresh(): Promise<void> {
    await this.client.query(`delete from job_pauses`);
    await this.client.query(
      `update jobs set run_at = clock_timestamp() where state = 'waiting' and leased_until is null and run_at > clock_timestamp()`,
    );
  }

  async #post<Body>(path: string, body: object): Promise<Body> {
    const answer = await fetch(`http://127.0.0.1:${this.service.port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${readerKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    // The API's own answer to a call that it has accepted.
    return (await answer.json()) as Body;
  }
}
