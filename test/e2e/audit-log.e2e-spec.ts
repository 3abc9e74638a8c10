import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditRecordDto } from '../../src/audit/audit.dto.js';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type Answer, type CallOptions, type TestService } from '../setup/service.js';
import { connectWatson, deliver, webhookSecret } from '../setup/watson.js';
import { eventSamples } from '../setup/watson-samples.js';

interface List<Item = { readonly id: string }> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

describe('the audit log', () => {
  let database: TestDatabase;
  let service: TestService;
  let reader: { readonly id: string; readonly text: string };

  /** Calls with a request id of its own, so that its records can be told from others. */
  const call = async <Body = unknown>(
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<Answer<Body> & { readonly requestId: string }> => {
    const requestId = randomUUID();
    const headers = { 'x-request-id': requestId, ...options.headers };
    return { ...(await service.call<Body>(method, path, { ...options, headers })), requestId };
  };
  /** What is committed of that request now, in the order in which it was recorded. */
  const recordsOf = (requestId: string): Promise<Record<string, unknown>[]> =>
    database.query(
      `select tenant_id, subject, act, outcome, reason, targets, parameters, items, address
       from audit_log where request_id = $1 order by id`,
      [requestId],
    );
  const everything = async (): Promise<string> =>
    JSON.stringify(await database.query(`select a::text as line from audit_log a`));

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    const { info, text } = await service.app.get(ApiKeysService).create('default', 'Reader', ['events:read']);
    reader = { id: info.id, text };
    const connection = await connectWatson(service);
    for (const sample of eventSamples) await deliver(connection.webhookUrl, sample.bytes);
    await eventually(
      () => service.get<List>('/v1/deliveries?status=waiting'),
      (page) => page.items.length === 0,
    );
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('says who read what, by which filter, before the answer is sent', async () => {
    const { requestId, body } = await call<List>('GET', '/v1/messages?limit=3&q=offer&order=asc', {
      credential: reader.text,
    });
    expect(await recordsOf(requestId)).toEqual([
      {
        tenant_id: 'default',
        subject: `key:${reader.id}`,
        act: 'messages.list',
        outcome: 'done',
        reason: null,
        targets: [],
        parameters: { limit: '3', q: 'offer', order: 'asc' },
        items: body.items.length,
        address: expect.stringContaining('127.0.0.1') as string,
      },
    ]);
  });

  it.each([
    ['messages.get', '/v1/messages', '/v1/messages/{id}'],
    ['messages.history', '/v1/messages', '/v1/messages/{id}/history'],
    ['messages.list', '/v1/spaces', '/v1/spaces/{id}/messages'],
    ['deliveries.get', '/v1/deliveries', '/v1/deliveries/{id}'],
  ])('has %s with the id of what was read', async (act, list, path) => {
    const id = (await service.get<List>(list)).items[0]?.id ?? '';
    const { requestId, status } = await call('GET', path.replace('{id}', id));
    expect(status).toBe(200);
    expect(await recordsOf(requestId)).toMatchObject([{ act, outcome: 'done', targets: [id], subject: 'bootstrap' }]);
  });

  it.each(['/v1/annotations', '/v1/events', '/v1/posts'])('has a read of %s', async (path) => {
    const { requestId } = await call('GET', path);
    expect(await recordsOf(requestId)).toMatchObject([{ act: `${path.slice(4)}.list`, outcome: 'done' }]);
  });

  it('has nothing of reads that show no content', async () => {
    for (const path of ['/v1/spaces', '/v1/connections', '/v1/deliveries', '/v1/jobs', '/v1/keys']) {
      const { requestId, status } = await call('GET', path);
      expect([path, status, await recordsOf(requestId)]).toEqual([path, 200, []]);
    }
  });

  it('has no line for a follower of the feed to whom nothing came', async () => {
    let after = '';
    for (;;) {
      const page: { items: readonly object[]; nextCursor: string | null } = await service.get(
        `/v1/events?limit=200${after}`,
      );
      if (page.nextCursor !== null) after = `&after=${page.nextCursor}`;
      if (page.items.length < 200) break;
    }
    const { requestId, body } = await call<List>('GET', `/v1/events?limit=200${after}`);
    expect([body.items, await recordsOf(requestId)]).toEqual([[], []]);
  });

  it('has an act before it begins and when it has ended, with what it made', async () => {
    const { requestId, body, status } = await call<{ id: string }>('POST', '/v1/connections', {
      body: {
        platform: 'watson-work',
        name: 'Audited',
        settings: { appId: 'settings-canary' },
        secrets: { webhookSecrets: ['secret-canary'] },
      },
    });
    expect(status).toBe(201);
    expect(await recordsOf(requestId)).toMatchObject([
      { act: 'connections.create', outcome: 'begun', targets: [], parameters: {} },
      {
        act: 'connections.create',
        outcome: 'done',
        targets: [body.id],
        parameters: { platform: 'watson-work', name: 'Audited' },
      },
    ]);
    const removed = await call('DELETE', `/v1/connections/${body.id}`);
    expect(await recordsOf(removed.requestId)).toMatchObject([
      { act: 'connections.remove', outcome: 'begun', targets: [body.id] },
      { act: 'connections.remove', outcome: 'done', targets: [body.id] },
    ]);
  });

  it('has what was asked for in vain, and why', async () => {
    const unknown = randomUUID();
    const read = await call('GET', `/v1/messages/${unknown}`);
    expect(await recordsOf(read.requestId)).toMatchObject([
      { act: 'messages.get', outcome: 'refused', reason: 'not-found', targets: [unknown], parameters: {} },
    ]);
    const act = await call('POST', '/v1/keys', { body: { name: 'x', scopes: ['everything'] } });
    expect(await recordsOf(act.requestId)).toMatchObject([
      { act: 'keys.create', outcome: 'begun' },
      { act: 'keys.create', outcome: 'refused', reason: 'invalid-input', parameters: {} },
    ]);
  });

  it('has what somebody tried without the scope for it', async () => {
    const { requestId, status } = await call('POST', '/v1/keys', {
      credential: reader.text,
      body: { name: 'Mine', scopes: ['admin'] },
    });
    expect(status).toBe(403);
    expect(await recordsOf(requestId)).toMatchObject([
      { subject: `key:${reader.id}`, act: 'keys.create', outcome: 'refused', reason: 'scope-missing' },
    ]);
  });

  it('holds neither content nor secrets, wherever somebody put them', async () => {
    const key = await service.call<{ key: string }>('POST', '/v1/keys', { body: { name: 'x', scopes: ['admin'] } });
    const misplaced = [
      ['GET', `/v1/messages?access_token=${key.body.key}`],
      ['GET', `/v1/messages/${key.body.key}`],
      ['DELETE', `/v1/keys/${key.body.key}`],
      ['GET', `/v1/events?after=${key.body.key}`],
    ] as const;
    for (const [method, path] of misplaced) expect((await call(method, path)).status).toBe(400);
    const { items } =
      await service.get<List<{ content: string | null; spaceId: string; connectionId: string }>>('/v1/messages');
    const [first] = items;
    await call('POST', '/v1/posts', {
      body: { connectionId: first?.connectionId, spaceId: first?.spaceId, text: 'text-canary', as: 'app' },
      headers: { 'idempotency-key': 'audit-canary' },
    });
    const lines = await everything();
    expect(lines).toContain('posts.create');
    for (const secret of [key.body.key.slice(-43), 'text-canary', 'secret-canary', 'settings-canary', webhookSecret]) {
      expect(lines).not.toContain(secret);
    }
    const contents = items.flatMap(({ content }) => (content !== null && content.length > 10 ? [content] : []));
    expect(contents).not.toEqual([]);
    for (const content of contents) expect(lines).not.toContain(content.slice(0, 40));
  });

  it('takes several records in one commit when many come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => call('GET', '/v1/messages?limit=1')));
    const [row] = await database.query<{ records: number; commits: number }>(
      `select count(*)::int as records, count(distinct xmin::text)::int as commits
       from audit_log where request_id = any($1::uuid[])`,
      [answers.map(({ requestId }) => requestId)],
    );
    expect(row?.records).toBe(60);
    expect(row?.commits).toBeLessThan(60);
  });

  it('ends a request that it cannot record with 503, without a word of content and without the act', async () => {
    await database.query(`alter table audit_log rename to audit_log_gone`);
    try {
      const read = await call<{ type: string; items?: unknown }>('GET', '/v1/messages');
      expect(read).toMatchObject({ status: 503, body: { type: 'urn:liaison:problem:storage-unavailable' } });
      expect(read.body.items).toBeUndefined();
      const act = await call('POST', '/v1/keys', { body: { name: 'never made', scopes: ['admin'] } });
      expect(act.status).toBe(503);
      const refused = await call('POST', '/v1/keys', { credential: reader.text, body: {} });
      expect(refused.status).toBe(503);
      expect((await call('GET', '/v1/spaces')).status).toBe(200);
    } finally {
      await database.query(`alter table audit_log_gone rename to audit_log`);
    }
    expect(await database.query(`select id from api_keys where name = 'never made'`)).toEqual([]);
  });

  it.each([`update audit_log set subject = 'nobody'`, `delete from audit_log`, `truncate audit_log`])(
    'is not changed by %s',
    async (sql) => {
      await expect(database.query(sql)).rejects.toThrow('rows of audit_log');
    },
  );

  describe('as GET /v1/audit', () => {
    const list = (query: string): Promise<List<AuditRecordDto>> =>
      service.get<List<AuditRecordDto>>(`/v1/audit?${query}`);

    it('shows the newest record first, and each once over its pages', async () => {
      const seen: AuditRecordDto[] = [];
      let cursor = '';
      // Each page is a record of its own, so what comes after the first page was there before it.
      for (;;) {
        const page = await list(`limit=7${cursor}`);
        seen.push(...page.items);
        if (page.nextCursor === null) break;
        cursor = `&cursor=${page.nextCursor}`;
      }
      const ids = seen.map((record) => record.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(ids.toSorted().toReversed());
      expect(ids.length).toBeGreaterThan(30);
    });

    it('finds by who, what, outcome, target, request and time', async () => {
      const { requestId, body } = await call<{ id: string }>('POST', '/v1/keys', {
        body: { name: 'Found', scopes: ['events:read'] },
      });
      const [done, begun] = (await list(`requestId=${requestId}`)).items;
      expect([done, begun]).toMatchObject([
        { act: 'keys.create', outcome: 'done', targets: [body.id], requestId },
        { act: 'keys.create', outcome: 'begun' },
      ]);
      const at = encodeURIComponent(done?.at ?? '');
      const idsBy = async (query: string): Promise<string[]> => (await list(query)).items.map((record) => record.id);
      for (const query of [`target=${body.id}`, 'act=keys.create&outcome=done', 'act=keys.', `since=${at}`]) {
        expect([query, await idsBy(query)]).toEqual([query, expect.arrayContaining([done?.id])]);
      }
      for (const query of ['act=keys', 'outcome=failed', `until=${encodeURIComponent(begun?.at ?? '')}`, 'subject=x']) {
        expect([query, await idsBy(query)]).not.toEqual([query, expect.arrayContaining([done?.id])]);
      }
      expect(
        (await list(`subject=key:${reader.id}&limit=200`)).items.every(({ subject }) => subject === `key:${reader.id}`),
      ).toBe(true);
    });

    it('is for admins, and of their own tenant only', async () => {
      const keys = service.app.get(ApiKeysService);
      for (const scope of ['events:read', 'posts:write', 'crm:write', 'connections:write'] as const) {
        const { text } = await keys.create('default', 'x', [scope]);
        expect((await service.call('GET', '/v1/audit', { credential: text })).status).toBe(403);
      }
      const { text } = await keys.create('another tenant', 'x', ['admin']);
      const theirs = await service.call<List>('GET', '/v1/audit', { credential: text });
      expect(theirs).toMatchObject({ status: 200, body: { items: [] } });
    });

    it('is itself recorded', async () => {
      const { requestId } = await call('GET', '/v1/audit?subject=bootstrap');
      expect(await recordsOf(requestId)).toMatchObject([
        { act: 'audit.list', outcome: 'done', parameters: { subject: 'bootstrap' } },
      ]);
    });
  });
});
