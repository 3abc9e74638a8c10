import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { OidcServer } from '../setup/oidc-server.js';
import { answerAs, comeBack, startOidcStage, type OidcStage } from '../setup/oidc-stage.js';
import { eventually } from '../setup/service.js';

describe('what only the authorization server and we may know', () => {
  let database: TestDatabase;
  let stage: OidcStage;
  let other: OidcServer;
  const states: string[] = [];
  /** Pages and answers of the API, but for the one that carries a state to its caller. */
  const shown: string[] = [];

  const ask = async (connectionId?: string): Promise<{ id: string; authorizeUrl: string }> => {
    const started = await stage.ask(connectionId === undefined ? {} : { connectionId });
    states.push(new URL(started.authorizeUrl).searchParams.get('state') ?? '');
    return started;
  };
  const visit = async (address: string): Promise<void> => {
    const { status, headers, text } = await comeBack(address);
    shown.push(`${status} ${JSON.stringify([...headers])} ${text}`);
  };
  const call = async (method: string, path: string): Promise<void> => {
    const { headers, body } = await stage.service.call(method, path);
    shown.push(`${JSON.stringify([...headers])} ${JSON.stringify(body ?? null)}`);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    other = await OidcServer.start();
    stage = await startOidcStage(database.url, {
      allow: [other.host],
      environment: { LIAISON_LOG_LEVEL: 'trace' },
    });
    await other.register(`${stage.service.url}/oauth/callback`);
    const tokens = stage.service.app.get<ActingTokens>(ACTING_TOKENS);
    const changed = (address: string, name: string, value: string): string => {
      const url = new URL(address);
      url.searchParams.set(name, value);
      return url.href;
    };
    // A grant that is consented to, renewed, refused, lost, connected again and ended, with all that can go wrong.
    const { id, authorizeUrl } = await ask();
    const callback = await answerAs('ann', authorizeUrl);
    await visit(callback);
    await visit(callback);
    await visit(await answerAs('ann', (await ask()).authorizeUrl, { answer: 'no' }));
    await visit(changed(await answerAs('bob', (await ask()).authorizeUrl), 'iss', other.issuer));
    await visit(changed(await answerAs('bob', (await ask()).authorizeUrl), 'code', 'made-up'));
    await visit(`${await answerAs('bob', (await ask()).authorizeUrl)}&code=twice`);
    for (const fault of ['lost', 'broken', 'unavailable', 'busy'] as const) {
      stage.oidc.fault = fault;
      await visit(await answerAs('bob', (await ask()).authorizeUrl));
    }
    stage.oidc.fault = 'none';
    const elsewhere = await stage.connect({ at: other });
    const there = await ask(elsewhere);
    await visit(changed(await answerAs('bob', (await ask()).authorizeUrl), 'state', states.at(-2) ?? ''));
    await visit(await answerAs('eve', there.authorizeUrl));
    await visit(await answerAs('eve', (await ask(elsewhere)).authorizeUrl));
    for (const fault of ['none', 'unavailable', 'lost'] as const) {
      await tokens.userRefused(id, await tokens.user(id));
      stage.oidc.fault = fault;
      await tokens.user(id).catch(() => undefined);
      stage.oidc.fault = 'none';
      // As if the seconds were over for which a host that is down is left alone.
      await database.query(`update grants set rests_until = null where id = $1`, [id]);
      await tokens.user(id).catch(() => undefined);
    }
    await call('GET', `/v1/grants/${id}`);
    const { reconnectUrl } = await stage.grant(id);
    const redirect = await fetch(reconnectUrl ?? '', { redirect: 'manual' });
    const location = redirect.headers.get('location') ?? '';
    states.push(new URL(location).searchParams.get('state') ?? '');
    await visit(await answerAs('mallory', location));
    await visit(`${stage.service.url}/oauth/reconnect/${'x'.repeat(200)}`);
    const again = await stage.grantOf('ann');
    await database.query(`update grants set renew_after = clock_timestamp() where id = $1`, [again]);
    await tokens.user(again);
    for (const path of ['/v1/grants', '/v1/jobs', `/v1/grants/${again}`, `/v1/connections/${stage.connectionId}`]) {
      await call('GET', path);
    }
    // A statement that fails with sealed values in it.
    await database.query(`alter table grants add constraint never check (subject_external_id <> 'carl') not valid`);
    await visit(await answerAs('carl', (await ask()).authorizeUrl));
    await call('DELETE', `/v1/grants/${again}`);
    await eventually(
      () => stage.oidc.revokedGrants,
      (count) => count > 0,
    );
    // Two that stay, so that there is something in the database.
    await stage.grantOf('dora');
    await ask();
  });
  afterAll(async () => {
    await stage.end();
    await other.stop();
    await database.drop();
  });

  /** All of it, plain and in the encodings in which it could slip through. */
  const secrets = (): string[] =>
    [
      stage.oidc.client.secret,
      ...stage.oidc.issued,
      ...stage.oidc.verifiers,
      other.client.secret,
      ...other.issued,
      ...other.verifiers,
      ...states,
    ].flatMap((text) => {
      const bytes = Buffer.from(text);
      return [text, encodeURIComponent(text), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')];
    });
  const found = (text: string): string[] => secrets().filter((secret) => text.includes(secret));

  it('is a good deal, so that the search means something', () => {
    expect(stage.oidc.issued.size).toBeGreaterThan(15);
    expect(stage.oidc.verifiers.size).toBeGreaterThan(4);
    expect(states.length).toBeGreaterThan(12);
    expect(new Set([...secrets()].filter((secret) => secret.length < 16)).size).toBe(0);
    expect(found(stage.oidc.heard.join('\n')).length).toBeGreaterThan(20);
  });

  it('stands in no log line, not even at the level trace', () => {
    const text = stage.service.logs.join('\n');
    expect(stage.service.logs.length).toBeGreaterThan(20);
    expect(text).toContain('a grant could not be completed');
    expect(found(text)).toEqual([]);
  });

  it('stands on no page and in no answer of the API', () => {
    expect(shown.length).toBeGreaterThan(20);
    expect(found(shown.join('\n'))).toEqual([]);
  });

  it('stands in no column of any table', async () => {
    const tables = await database.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'`,
    );
    let dump = '';
    for (const { name } of tables) {
      const rows = await database.query<{ row: string }>(`select t::text as row from ${name} t`);
      dump += `${name}\n${rows.map((one) => one.row).join('\n')}\n`;
    }
    // By a word, so that a failure prints no dump.
    expect(['v1.k', 'callback-refused', 'public.grant_requests'].filter((word) => !dump.includes(word))).toEqual([]);
    expect(found(dump)).toEqual([]);
  });

  it('stands in no metric', async () => {
    const metrics = await (await fetch(`${stage.service.url}/metrics`)).text();
    expect(metrics).toContain('liaison_');
    expect(found(metrics)).toEqual([]);
  });

  it('was said to the one server that it belongs to', () => {
    const ofOne = [...stage.oidc.issued, ...stage.oidc.verifiers].filter((text) =>
      other.heard.join('\n').includes(text),
    );
    const ofOther = [...other.issued, ...other.verifiers].filter((text) => stage.oidc.heard.join('\n').includes(text));
    expect(other.issued.size).toBeGreaterThan(2);
    expect([ofOne, ofOther]).toEqual([[], []]);
  });
});
