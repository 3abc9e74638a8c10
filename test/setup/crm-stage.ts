import { Pool } from 'pg';
import { SimulatorClock } from '../../simulators/common/clock.js';
import { type CrmDouble, type DoubleEntry } from '../../simulators/crm/common/crm-double.js';
import { outboundEventTypes } from '../../simulators/watson-work/event-bodies.js';
import { WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { type RecordKind } from '../../src/crm/crm-record.js';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { type Fact } from '../../src/events/event.js';
import { type PlatformId } from '../../src/platforms/platform.js';
import { connectorDrivers } from './connectors/connector-drivers.js';
import { type ConnectorDriver, type ConnectorStage } from './connectors/connector-driver.js';
import { CuttingProxy } from './cutting-proxy.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { tell } from './facts.js';
import { eventually, startTestService, type TestService } from './service.js';
import { webhookSecret } from './watson.js';

/** A CRM that the service keeps in step, by a connection of its own. */
export interface CrmAccount {
  readonly connectionId: string;
  readonly platform: PlatformId;
  readonly recordKind: RecordKind;
  readonly double: CrmDouble;
  readonly stage: ConnectorStage;
  /** Between the service and the double. */
  readonly proxy: CuttingProxy;
}

/** A conversation that stands at a record. */
export interface LinkedRoom {
  readonly externalId: string;
  readonly spaceId: string;
  readonly linkId: string;
  readonly recordId: string;
  readonly account: CrmAccount;
}

export interface CrmStageOptions {
  /** Which CRMs there are, one connection for each. */
  readonly crms: readonly PlatformId[];
  /** Whether spaces are those of a platform that can be posted to. */
  readonly hasPlatform?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** All that is said is said on this day, one after the other. */
const dayStart = Date.UTC(2026, 2, 2, 9);
const ann = { externalId: 'ann', displayName: 'Ann' };

/** The whole service with doubles of CRMs; what is said in spaces is told as facts. */
export class CrmStage {
  readonly #pool: Pool;
  #ticks = 0;
  #rooms = 0;

  private constructor(
    readonly database: TestDatabase,
    readonly service: TestService,
    /** For another process of the same service. */
    readonly environment: Readonly<Record<string, string>>,
    readonly accounts: readonly CrmAccount[],
    /** Of the platform that the spaces are of. */
    readonly connectionId: string,
    private readonly platform: Platform | undefined,
  ) {
    // Apart from the service's own, which has work to do.
    this.#pool = new Pool({ connectionString: database.url, max: 4 });
    this.#pool.on('error', () => undefined);
  }

  static async start({ crms, hasPlatform = false, environment = {} }: CrmStageOptions): Promise<CrmStage> {
    const database = await createTestDatabase();
    const watson = hasPlatform ? await WatsonWorkSimulator.start({ clock: new SimulatorClock() }) : undefined;
    const parts = await Promise.all(
      crms.map(async (platform) => {
        const driver = driverOf(platform);
        const stage = await driver.start();
        return { driver, stage, proxy: await CuttingProxy.start(stage.double.url) };
      }),
    );
    const urls = [
      ...parts.flatMap(({ stage, proxy }) => [stage.double.url, proxy.url]),
      ...(watson ? [watson.url] : []),
    ];
    const hosts = urls.map((url) => new URL(url).host);
    const all = {
      LIAISON_OUTBOUND_ALLOW: hosts.join(','),
      LIAISON_CRM_SETTLE_MS: '100',
      LIAISON_MASTER_KEYS: generateMasterKey(),
      ...environment,
    };
    const service = await startTestService(database.url, all);
    await service.ready;
    const accounts: CrmAccount[] = [];
    for (const { driver, stage, proxy } of parts) {
      const { id: platform, connector } = driver.platform;
      const { status, body } = await service.call<{ id: string }>('POST', '/v1/crm/connections', {
        body: { platform, name: platform, settings: through(proxy, stage), secrets: stage.secrets },
      });
      if (status !== 201) throw new Error(`no connection to ${platform}: ${status} ${JSON.stringify(body)}`);
      const recordKind = connector.recordKinds.includes('opportunity') ? 'opportunity' : connector.recordKinds[0];
      if (recordKind === undefined) throw new Error(`${platform} knows no kind of record`);
      // What the CRM tells is told by tests; nobody asks it besides.
      await database.query(
        `insert into crm_polls (connection_id, tenant_id, looked_at, next_at) values ($1, 'default', 'infinity', 'infinity')
         on conflict (connection_id) do update set looked_at = 'infinity', next_at = 'infinity'`,
        [body.id],
      );
      accounts.push({ connectionId: body.id, platform, recordKind, double: stage.double, stage, proxy });
    }
    const platform = watson === undefined ? undefined : await connected(watson, service);
    return new CrmStage(database, service, all, accounts, platform?.connectionId ?? uuidV7(), platform);
  }

  account(platform: PlatformId): CrmAccount {
    const found = this.accounts.find((account) => account.platform === platform);
    if (found === undefined) throw new Error(`there is no ${platform} on this stage`);
    return found;
  }

  /** A space in which Ann has said something, linked to a new record. */
  async room(account: CrmAccount, text = 'Hello'): Promise<LinkedRoom> {
    const title = `room-${++this.#rooms}`;
    const externalId = this.platform?.space(title) ?? title;
    await this.tell(this.said(externalId, `${externalId}-0`, text));
    const [space] = await this.rows<{ id: string }>(`select id from spaces where external_id = $1`, [externalId]);
    const spaceId = space?.id ?? '';
    const recordId = account.double.addRecord({ kind: account.recordKind, name: title });
    const { status, body } = await this.service.call<{ id: string }>('POST', '/v1/crm/links', {
      body: {
        connectionId: account.connectionId,
        spaceId,
        record: { kind: account.recordKind, externalId: recordId },
        since: '2000-01-01T00:00:00Z',
      },
    });
    if (status !== 201) throw new Error(`no link: ${status} ${JSON.stringify(body)}`);
    return { externalId, spaceId, linkId: body.id, recordId, account };
  }

  /** `daysLater` may be any number of days after the day of all. */
  said(room: string, message: string, content: string, daysLater = 0): Fact {
    return {
      type: 'message.created',
      occurredAt: new Date(this.#now().getTime() + daysLater * 86_400_000),
      space: { externalId: room },
      actor: ann,
      data: { messageExternalId: message, content },
    };
  }

  edited(room: string, message: string, content: string): Fact {
    const common = { occurredAt: this.#now(), space: { externalId: room }, actor: ann };
    return { ...common, type: 'message.edited', data: { messageExternalId: message, content } };
  }

  deleted(room: string, message: string): Fact {
    const common = { occurredAt: this.#now(), space: { externalId: room }, actor: ann };
    return { ...common, type: 'message.deleted', data: { messageExternalId: message } };
  }

  annotated(room: string, message: string, annotation: string, text: string): Fact {
    const common = { occurredAt: this.#now(), space: { externalId: room }, actor: ann };
    const named = { messageExternalId: message, annotationExternalId: annotation, annotationType: 'action' };
    return { ...common, type: 'annotation.added', data: { ...named, payload: { text } } };
  }

  async tell(...facts: readonly Fact[]): Promise<void> {
    await tell(this.service, facts, { connectionId: this.connectionId });
  }

  /** Somebody moved the record on, and the CRM says so. */
  async moved({ account, recordId }: LinkedRoom, stage: string, at: Date): Promise<void> {
    const { connectionId, platform, recordKind } = account;
    const data = { recordKind, recordExternalId: recordId, name: recordId, stage };
    const fact = { type: 'crm.record.changed', occurredAt: at, space: undefined, data } as const;
    await tell(this.service, [fact], { connectionId, platform });
  }

  /** What the database answers, to many at once. */
  async rows<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(sql, [...parameters])).rows;
  }

  entriesOf({ account, recordId }: LinkedRoom): readonly DoubleEntry[] {
    return account.double.entries().filter(({ recordExternalId }) => recordExternalId === recordId);
  }

  /** How many changes of an account, or of all of them, wait or are being made. */
  async waiting(account?: CrmAccount): Promise<number> {
    const [row] = await this.rows<{ count: number }>(
      `select (select count(*) from crm_changes where state in ('pending', 'sending', 'unknown')
                 and ($1::uuid is null or connection_id = $1))::int
            + (select count(*) from jobs where kind = 'crm-push' and state = 'waiting'
                 and ($1::uuid is null or connection_id = $1))::int as count`,
      [account?.connectionId ?? null],
    );
    return row?.count ?? 0;
  }

  /** Waits until nothing is left to be done. */
  async settled(account?: CrmAccount, timeoutMs = 30_000): Promise<void> {
    await eventually(
      () => this.waiting(account),
      (count) => count === 0,
      timeoutMs,
    );
  }

  /** Rests and waits are over, as if their time had passed. */
  async passTime(account?: CrmAccount): Promise<void> {
    const which = [account?.connectionId ?? null];
    await this.rows(
      `update job_pauses set until = clock_timestamp() where until > clock_timestamp() and ($1::uuid is null or connection_id = $1)`,
      which,
    );
    // Those that somebody writes to at this moment have their turn the next time.
    await this.rows(
      `update jobs set run_at = clock_timestamp() where id in (
         select id from jobs where kind = 'crm-push' and state = 'waiting' and leased_until is null
           and run_at > clock_timestamp() and ($1::uuid is null or connection_id = $1) for update skip locked)`,
      which,
    );
  }

  /** Does the work while no rest is long. */
  async impatiently<T>(work: () => Promise<T>): Promise<T> {
    let isOver = false;
    const hurry = async (): Promise<void> => {
      while (!isOver) {
        await this.passTime();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const hurrying = hurry();
    try {
      return await work();
    } finally {
      isOver = true;
      await hurrying;
    }
  }

  async end(): Promise<void> {
    await this.#pool.end();
    await this.service.stop();
    await this.platform?.end();
    for (const { stage, proxy } of this.accounts) {
      await proxy.stop();
      await stage.end();
    }
    await this.database.drop();
  }

  #now(): Date {
    this.#ticks += 1;
    return new Date(dayStart + this.#ticks);
  }
}

/** A platform that can be posted to. */
interface Platform {
  readonly connectionId: string;
  /** Makes a space and answers its id there. */
  space(title: string): string;
  end(): Promise<void>;
}

async function connected(watson: WatsonWorkSimulator, service: TestService): Promise<Platform> {
  const app = watson.registerApp({ name: 'Liaison' });
  const person = watson.addPerson({ displayName: 'Ann', email: 'ann@example.com' });
  const { body } = await service.call<{ id: string; webhookUrl: string }>('POST', '/v1/connections', {
    body: {
      platform: 'watson-work',
      name: 'Deal rooms',
      settings: { appId: app.appId, apiUrl: watson.url },
      secrets: { appSecret: app.appSecret, webhookSecrets: [webhookSecret] },
    },
  });
  await app.addWebhook({ url: body.webhookUrl, events: outboundEventTypes, secret: webhookSecret }).enable();
  return {
    connectionId: body.id,
    space: (title) => watson.createSpace({ title, members: [person], apps: [app] }).id,
    end: () => watson.stop(),
  };
}

function driverOf(platform: PlatformId): ConnectorDriver {
  const driver = connectorDrivers[platform];
  if (driver === undefined) throw new Error(`there is no driver for ${platform}`);
  return driver;
}

/** The settings of a connection whose calls go by the proxy. */
function through(proxy: CuttingProxy, { settings, double }: ConnectorStage): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replace(double.url, proxy.url) : value,
    ]),
  );
}
