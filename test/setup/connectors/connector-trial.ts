import { inspect } from 'node:util';
import { endpointOf } from '../../../src/common/outbound/endpoint.js';
import { type HttpCaller } from '../../../src/common/outbound/http-caller.js';
import { OutboundHttp } from '../../../src/common/outbound/outbound-http.js';
import { parseWith } from '../../../src/common/http/validation.js';
import { type ConnectorCalls } from '../../../src/crm/connector.js';
import { NeedsAuthorization } from '../../../src/platforms/platform.errors.js';
import { type PlatformAccount } from '../../../src/platforms/platform-account.js';
import { type ConnectorDriver, type ConnectorStage } from './connector-driver.js';

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Told the number of each HTTP call, from 1, before it leaves. */
  readonly before?: (call: number) => void;
}

/** A connector on the stage of its driver: its calls go by the guarded way out, to the addresses that it names and no others. */
export class ConnectorTrial {
  readonly http: OutboundHttp;
  readonly account: PlatformAccount;

  private constructor(
    readonly driver: ConnectorDriver,
    readonly stage: ConnectorStage,
  ) {
    const { platform } = driver;
    const { secrets, appToken } = stage;
    const settings = { ...parseWith(platform.settings, stage.settings, '/settings') };
    parseWith(platform.secrets, secrets, '/secrets');
    this.http = new OutboundHttp({ allow: platform.addresses(settings).map((url) => endpointOf(new URL(url))) });
    this.account = {
      settings,
      secret: (name) => {
        const secret = secrets[name];
        return typeof secret === 'string' ? secret : undefined;
      },
      appToken: () => (appToken === undefined ? Promise.reject(new NeedsAuthorization()) : Promise.resolve(appToken)),
      organizationToken: () => Promise.resolve(undefined),
    };
  }

  static async start(driver: ConnectorDriver): Promise<ConnectorTrial> {
    return new ConnectorTrial(driver, await driver.start());
  }

  async end(): Promise<void> {
    await this.http.close();
    await this.stage.end();
  }

  calls({ before, ...limits }: CallOptions = {}): ConnectorCalls {
    let count = 0;
    const http: HttpCaller = {
      request: (call) => {
        before?.(++count);
        return this.http.request({ ...call, ...limits });
      },
    };
    return this.driver.platform.connector.at(this.account, http);
  }

  /** Every secret of the connection that stands somewhere in the error, its causes included. */
  secretsIn(error: unknown): readonly string[] {
    const shown = inspect(error, { depth: 20, showHidden: true, maxStringLength: Infinity, breakLength: Infinity });
    return [...new Set(textsIn([this.stage.secrets, this.stage.appToken]))].filter((secret) => shown.includes(secret));
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ');
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
