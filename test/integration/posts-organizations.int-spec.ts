import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OrganizationTokenTable, type OrganizationKey } from '../../src/authorizations/organization-token-table.js';
import { OrganizationTokensService } from '../../src/authorizations/organization-tokens.service.js';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { generateMasterKey, parseMasterKeys, SecretBox } from '../../src/common/security/secret-box.js';
import { createDataSource } from '../../src/database/data-source.js';
import { inTransaction } from '../../src/database/transaction.js';
import { JobTable } from '../../src/outbox/job-table.js';
import { enqueueJobs, type Job } from '../../src/outbox/job.js';
import { type OrganizationToken } from '../../src/platforms/organization-tokens.js';
import { PostEnds } from '../../src/posts/post-ends.js';
import { postJobOf } from '../../src/posts/post-queue.js';
import { PostTurns } from '../../src/posts/post-turns.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';

const tenantId = 'default';
const rounds = 60;

const audience = 'https://api.example';

describe('a post by the token of an organisation', () => {
  let database: TestDatabase;
  let source: DataSource;
  let table: OrganizationTokenTable;
  let tokens: OrganizationTokensService;
  let turns: PostTurns;
  let ends: PostEnds;
  let jobs: JobTable;
  let key: OrganizationKey & { readonly toldId: string };

  beforeAll(async () => {
    database = await createTestDatabase();
    source = await createDataSource(database.url, { poolSize: 6 }).initialize();
    table = new OrganizationTokenTable(source, new SecretBox(parseMasterKeys(generateMasterKey())));
    tokens = new OrganizationTokensService(source, table);
    [turns, ends, jobs] = [new PostTurns(source), new PostEnds(source), new JobTable(source)];
  });
  beforeEach(async () => {
    await database.query(`delete from jobs`);
    key = {
      connectionId: uuidV7(),
      tenantId,
      applicationExternalId: 'app',
      organizationExternalId: 'org',
      toldId: 'told',
    };
    await inTransaction(source, (tx) => table.open(key, tx));
    await database.query(`delete from jobs`);
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const store = async (accessToken: string, generation = '1'): Promise<void> => {
    const isStored = await table.store(key, generation, {
      accessToken,
      refreshToken: 'r',
      expiresAt: undefined,
      audience,
    });
    if (isStored) await jobs.releaseForToken(key.connectionId, key.organizationExternalId);
  };
  const find = (): Promise<OrganizationToken> =>
    tokens.find({ id: key.connectionId, tenantId, audience }, key.organizationExternalId);
  const heldVersion = async (): Promise<string> => {
    const token = await find();
    return token.kind === 'held' ? token.version : '';
  };
  /** A post whose job we have taken. */
  const taken = async (): Promise<Job> => {
    const [id, { connectionId }] = [uuidV7(), key];
    await database.query(
      `insert into posts (id, tenant_id, connection_id, platform, space_id, space_external_id, idempotency_key, request_hash,
                          requested_by, poster, content, organization_external_id)
       values ($1::uuid, 'default', $2, 'webex', $1, 'room', $1::uuid::text, $1::uuid, 'test', '', '{"text":"x"}', 'org')`,
      [id, connectionId],
    );
    const post = { id, tenantId, connectionId, grantId: null, organizationExternalId: key.organizationExternalId };
    await inTransaction(source, (tx) => enqueueJobs([postJobOf(post)], tx));
    const [job] = await jobs.lease(1, 60);
    if (job === undefined) throw new Error('there is no job');
    return job;
  };
  const park = async (job: Job, refused?: string): Promise<string> => {
    const post = await turns.read(job.key);
    if (post === undefined) throw new Error('there is no post');
    return ends.parked(post, job, 'needs-authorization', await ends.now(), refused);
  };
  const stateOf = async ({ id }: Job): Promise<string | undefined> =>
    (await database.query<{ state: string }>(`select state from jobs where id = $1`, [id]))[0]?.state;

  it('is parked while there is no token, and goes on with the first one', async () => {
    const job = await taken();
    expect([job.credential, await park(job), await stateOf(job)]).toEqual(['organization:org', 'parked', 'parked']);
    await jobs.release();
    expect(await stateOf(job)).toBe('parked');
    await store('new');
    expect(await stateOf(job)).toBe('waiting');
  });

  it('is not parked where another token has come meanwhile than the one that was refused', async () => {
    await store('first');
    const refused = await heldVersion();
    const job = await taken();
    await store('second');
    expect([await park(job, refused), await stateOf(job)]).toEqual(['active', 'waiting']);
    expect([await park(job, await heldVersion()), await stateOf(job)]).toEqual(['parked', 'parked']);
  });

  it('goes on with the token of its own organisation and of no other', async () => {
    const job = await taken();
    await park(job);
    await jobs.releaseForToken(key.connectionId, 'another organisation');
    await jobs.releaseForToken(uuidV7(), key.organizationExternalId);
    expect(await stateOf(job)).toBe('parked');
  });

  it(`is never left parked by a token that comes in the moment of parking, ${rounds} times`, async () => {
    const left: number[] = [];
    let parked = 0;
    for (let round = 0; round < rounds; round++) {
      await inTransaction(source, (tx) => table.close(key, tx));
      await inTransaction(source, (tx) => table.open(key, tx));
      await database.query(`delete from jobs`);
      const job = await taken();
      const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
      const [ended] = await Promise.all([
        moment().then(() => park(job)),
        moment().then(() => store(`token ${round}`, String(2 * round + 3))),
      ]);
      if (ended === 'parked') parked += 1;
      if ((await stateOf(job)) !== 'waiting') left.push(round);
    }
    expect(left).toEqual([]);
    // Both orders have happened.
    expect(parked).toBeGreaterThan(0);
    expect(parked).toBeLessThan(rounds);
  });

  it('finds the token coming while its fetch goes on, and none while that waits for somebody', async () => {
    expect((await find()).kind).toBe('coming');
    const [fetch] = await jobs.lease(1, 60);
    // Who asks while it goes on does not have it done twice.
    for (let round = 0; round < 3; round++) expect((await find()).kind).toBe('coming');
    if (fetch === undefined) throw new Error('no fetch was asked for');
    expect((await database.query(`select requests from jobs`))[0]).toEqual({ requests: 1 });
    await jobs.end(fetch, 'parked', 'needs-authorization');
    expect((await find()).kind).toBe('none');
    await inTransaction(source, (tx) => table.close(key, tx));
    expect([(await find()).kind, await database.query(`select 1 from jobs`)]).toEqual(['none', []]);
  });

  it('gives a token up that was refused, and no later one', async () => {
    await store('first');
    const owner = { id: key.connectionId, tenantId, audience };
    const first = await heldVersion();
    await tokens.refused(owner, key.organizationExternalId, first);
    expect((await find()).kind).toBe('coming');
    await store('second');
    await tokens.refused(owner, key.organizationExternalId, first);
    expect(await find()).toMatchObject({ kind: 'held', accessToken: 'second' });
  });

  it('refreshes what was fetched for this authorization, and nothing that was fetched for an earlier one', async () => {
    await store('first');
    expect(await table.refreshTokenFor(key, '1', audience)).toBe('r');
    expect(await table.refreshTokenFor(key, '1', 'https://other.example')).toBeUndefined();
    // It authorizes the app once more, perhaps to do other things.
    await inTransaction(source, (tx) => table.open(key, tx));
    expect([await table.refreshTokenFor(key, '1', audience), await table.refreshTokenFor(key, '2', audience)]).toEqual([
      undefined,
      undefined,
    ]);
    await store('second', '2');
    expect(await table.refreshTokenFor(key, '2', audience)).toBe('r');
  });

  it('is of an organisation that we were told of, whether it allows the app or not', async () => {
    const owner = { id: key.connectionId, tenantId, audience };
    await inTransaction(source, (tx) => table.close({ ...key, organizationExternalId: 'gone' }, tx));
    expect(await tokens.known(owner)).toEqual([
      { organizationExternalId: 'gone', active: false },
      { organizationExternalId: 'org', active: true },
    ]);
    expect(await tokens.known({ ...owner, tenantId: 'another tenant' })).toEqual([]);
  });
});
