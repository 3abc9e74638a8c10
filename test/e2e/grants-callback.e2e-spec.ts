import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { OidcServer } from '../setup/oidc-server.js';
import { answerAs, comeBack, outcomeOf, startOidcStage, type OidcStage } from '../setup/oidc-stage.js';

/** The address with other values in its query; undefined takes one out. */
function changed(address: string, values: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.href;
}

const queryOf = (address: string, name: string): string => new URL(address).searchParams.get(name) ?? '';

describe('a callback', () => {
  let database: TestDatabase;
  let stage: OidcStage;
  let other: OidcServer;
  beforeAll(async () => {
    database = await createTestDatabase();
    other = await OidcServer.start();
    stage = await startOidcStage(database.url, { allow: [other.host] });
    await other.register(`${stage.service.url}/oauth/callback`);
  });
  afterAll(async () => {
    await stage.end();
    await other.stop();
    await database.drop();
  });
  const stateOf = async (id: string): Promise<string> => (await stage.grant(id)).state;
  const traded = (): number => stage.oidc.tokenCalls + other.tokenCalls;

  it('serves once: the second one is refused and the grant stays as it is', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const callback = await answerAs('ann', authorizeUrl);
    const first = await comeBack(callback);
    const before = [traded(), await stage.grant(id)];
    const second = await comeBack(callback);
    expect([outcomeOf(first), outcomeOf(second), second.status]).toEqual(['active', 'expired', 400]);
    expect([traded(), await stage.grant(id)]).toEqual(before);
  });

  it('of ten that come at once is taken once', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const callback = await answerAs('bob', authorizeUrl);
    const before = stage.oidc.handled.authorization_code;
    const pages = await Promise.all(Array.from({ length: 10 }, () => comeBack(callback)));
    expect(pages.filter((page) => outcomeOf(page) === 'active')).toHaveLength(1);
    expect(stage.oidc.handled.authorization_code).toBe(before + 1);
    expect(await stateOf(id)).toBe('active');
  });

  it('that comes after ten minutes is refused', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const callback = await answerAs('carl', authorizeUrl);
    await database.query(
      `update grant_requests set expires_at = clock_timestamp() - interval '1 second' where grant_id = $1`,
      [id],
    );
    const before = traded();
    const page = await comeBack(callback);
    expect([outcomeOf(page), page.status, traded()]).toEqual(['expired', 400, before]);
    expect(await stateOf(id)).toBe('pending');
  });

  it('with a state of nobody, an empty one or none is refused', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const callback = await answerAs('dora', authorizeUrl);
    const before = traded();
    for (const state of ['x'.repeat(43), '', undefined]) {
      expect(outcomeOf(await comeBack(changed(callback, { state })))).toBe('expired');
    }
    expect([await stateOf(id), traded()]).toEqual(['pending', before]);
  });

  it('that names another server is refused, and no code goes to anybody', async () => {
    for (const iss of [other.issuer, `${stage.oidc.issuer}/`, undefined]) {
      const { id, authorizeUrl } = await stage.ask();
      const callback = await answerAs('emil', authorizeUrl);
      const before = traded();
      const page = await comeBack(changed(callback, { iss }));
      expect([outcomeOf(page), page.status, traded()]).toEqual(['failed', 502, before]);
      expect(await stage.grant(id)).toMatchObject({ state: 'failed', reason: 'callback-refused', subject: null });
    }
  });

  it('of one server with the state of another is refused, and no code goes to anybody', async () => {
    const elsewhere = await stage.connect({ at: other });
    const here = await stage.ask();
    const there = await stage.ask({ connectionId: elsewhere });
    const callback = await answerAs('fay', here.authorizeUrl);
    const before = traded();
    const page = await comeBack(changed(callback, { state: queryOf(there.authorizeUrl, 'state') }));
    expect([outcomeOf(page), traded()]).toEqual(['failed', before]);
    expect([await stateOf(here.id), await stateOf(there.id)]).toEqual(['pending', 'failed']);
  });

  it("with another tenant's state brings neither tenant the user of the other", async () => {
    const credential = (await stage.service.app.get(ApiKeysService).create('tenant b', 'b', ['admin'])).text;
    const theirs = await stage.ask({ connectionId: await stage.connect({ credential }), credential });
    const ours = await stage.ask();
    const [gus, hal] = [await answerAs('gus', ours.authorizeUrl), await answerAs('hal', theirs.authorizeUrl)];
    const [a, b] = [
      await comeBack(changed(gus, { state: queryOf(hal, 'state') })),
      await comeBack(changed(hal, { state: queryOf(gus, 'state') })),
    ];
    expect([outcomeOf(a), outcomeOf(b)]).toEqual(['failed', 'failed']);
    expect(await stateOf(ours.id)).toBe('failed');
    const grants = await database.query<{ state: string; subject: string | null }>(
      `select state, subject_external_id as subject from grants where id = any($1)`,
      [[ours.id, theirs.id]],
    );
    expect(grants).toEqual([
      { state: 'failed', subject: null },
      { state: 'failed', subject: null },
    ]);
  });

  it('with a code that was used already is refused by the server', async () => {
    const first = await stage.ask();
    const callback = await answerAs('ida', first.authorizeUrl);
    await comeBack(callback);
    const second = await stage.ask();
    const page = await comeBack(changed(callback, { state: queryOf(second.authorizeUrl, 'state') }));
    expect(outcomeOf(page)).toBe('failed');
    expect([await stateOf(first.id), await stateOf(second.id)]).toEqual(['active', 'failed']);
  });

  it('is traded with the address that was sent, by whatever name our host was called', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const callback = new URL(await answerAs('jan', authorizeUrl));
    callback.hostname = 'localhost';
    const answer = await fetch(callback, { headers: { 'x-forwarded-host': 'evil.example' } });
    expect([answer.status, await stateOf(id)]).toEqual([200, 'active']);
  });

  it.each([
    ['at a longer address', '/more'],
    ['at an address with a query', '?x=1'],
    ['at a shorter address', ''],
  ])('%s is none, because the server knows one exact address', async (_name, end) => {
    const { authorizeUrl } = await stage.ask();
    const registered = `${stage.service.url}/oauth/callback`;
    const address = end === '' ? stage.service.url : `${registered}${end}`;
    const answer = await fetch(changed(authorizeUrl, { redirect_uri: address }), { redirect: 'manual' });
    expect([answer.status, await answer.text()]).toEqual([400, 'invalid_redirect_uri']);
  });

  it.each([
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
  ])('of a request with %s carries no code', async (_name, values) => {
    const { id, authorizeUrl } = await stage.ask();
    const before = traded();
    const callback = await answerAs('kim', changed(authorizeUrl, values));
    expect([queryOf(callback, 'error'), queryOf(callback, 'code')]).toEqual(['invalid_request', '']);
    expect(outcomeOf(await comeBack(callback))).toBe('failed');
    expect([await stateOf(id), traded()]).toEqual(['failed', before]);
  });

  it('whose code was stolen is of no use with a state of one’s own', async () => {
    const victim = await stage.ask();
    const thief = await stage.ask();
    const stolen = await answerAs('lea', victim.authorizeUrl);
    const page = await comeBack(changed(stolen, { state: queryOf(thief.authorizeUrl, 'state') }));
    expect([outcomeOf(page), await stateOf(thief.id)]).toEqual(['failed', 'failed']);
  });

  it('with parameters sent twice is refused', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const callback = await answerAs('mia', authorizeUrl);
    const page = await comeBack(`${callback}&code=another`);
    expect([outcomeOf(page), await stateOf(id)]).toEqual(['failed', 'failed']);
  });

  it('whose answer of the token endpoint is lost ends the request, and nothing is tried again', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const callback = await answerAs('nora', authorizeUrl);
    stage.oidc.fault = 'lost';
    const before = stage.oidc.tokenCalls;
    const page = await comeBack(callback);
    stage.oidc.fault = 'none';
    expect([outcomeOf(page), await stateOf(id)]).toEqual(['failed', 'failed']);
    expect(stage.oidc.tokenCalls).toBe(before + 1);
  });

  it.each([
    ['is connected twice at once', 2],
    ['is connected five times at once', 5],
  ])('of a person who %s leaves one active grant', async (_name, count) => {
    const started = await Promise.all(Array.from({ length: count }, () => stage.ask()));
    const login = `twin-${count}`;
    const callbacks = await Promise.all(started.map(({ authorizeUrl }) => answerAs(login, authorizeUrl)));
    const pages = await Promise.all(callbacks.map(comeBack));
    expect(pages.map(outcomeOf)).toEqual(callbacks.map(() => 'active'));
    const states = await Promise.all(started.map(({ id }) => stateOf(id)));
    expect(states.sort()).toEqual(['active', ...Array.from({ length: count - 1 }, () => 'revoked')]);
  });

  it('is not used up by a HEAD request of whoever looks at links in advance', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const callback = await answerAs('olga', authorizeUrl);
    expect((await fetch(callback, { method: 'HEAD' })).status).toBe(200);
    expect(await stateOf(id)).toBe('pending');
    expect(outcomeOf(await comeBack(callback))).toBe('active');
  });

  it('is taken although the row of the connection is locked for longer than we wait for locks', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const callback = await answerAs('pia', authorizeUrl);
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('begin');
    await holder.query(`select 1 from connections where id = $1 for update`, [stage.connectionId]);
    const coming = comeBack(callback);
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    await holder.query('rollback');
    await holder.end();
    expect([outcomeOf(await coming), await stateOf(id)]).toEqual(['active', 'active']);
  });
});
