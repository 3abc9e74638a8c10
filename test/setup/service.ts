import { createClient, type LiaisonClient } from '@liaison/client';
import { createLogger } from '../../src/common/observability/logger.js';
import { readConfig, type Config } from '../../src/common/config/config.js';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { startService, type RunningService } from '../../src/bootstrap/start-service.js';

export const adminKey = 'test-bootstrap-key-0123456789';

export interface TestService extends RunningService {
  readonly logs: string[];
  /** The REST API for the admin. */
  readonly client: LiaisonClient;
  /** Calls the REST API, as the admin unless another credential is given. */
  call<Body>(method: string, path: string, options?: CallOptions): Promise<Answer<Body>>;
  /** GETs a list or an object as the admin and gives the body; fails on anything but 200. */
  get<Body>(path: string): Promise<Body>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly credential?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** The whole service on loopback over a real database, with logs kept for inspection. */
export async function startTestService(
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestService> {
  const logs: string[] = [];
  const config: Config = readConfig({
    PORT: '0',
    LIAISON_LOG_LEVEL: 'debug',
    LIAISON_BOOTSTRAP_KEY: adminKey,
    LIAISON_MASTER_KEYS: generateMasterKey(),
    // The test database keeps nothing safe, and says so.
    LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
    // Many services at once share a server that takes a hundred connections.
    LIAISON_DATABASE_POOL: '6',
    LIAISON_READ_POOL: '4',
    // Tests are busier than callers; those of the limits set them.
    LIAISON_REQUESTS_PER_MINUTE: '0',
    LIAISON_FAILED_LOGINS_PER_MINUTE: '0',
    ...environment,
  });
  const logger = createLogger(config.logLevel, { write: (line) => void logs.push(line) });
  const service = await startService(config, databaseUrl, logger);
  const call = async <Body>(method: string, path: string, options: CallOptions = {}): Promise<Answer<Body>> => {
    const credential = options.credential === undefined ? adminKey : options.credential;
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    // What a test says that it expects; its assertions check it.
    return { status: response.status, headers: response.headers, body: (await bodyOf(response)) as Body };
  };
  return {
    ...service,
    logs,
    client: createClient({ url: service.url, apiKey: adminKey }),
    call,
    get: async <Body>(path: string): Promise<Body> => {
      const answer = await call<Body>('GET', path);
      if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
  };
}

/** The body, parsed where it is JSON; nothing of a stream, which has no end, and undefined where there is none. */
export async function bodyOf(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (type === 'text/event-stream') {
    await response.body?.cancel();
    return undefined;
  }
  const text = await response.text();
  if (text === '') return undefined;
  return /^application\/(problem\+)?json\b/.test(type) ? JSON.parse(text) : text;
}

/** Waits until `condition` holds; fails with its last answer when it never does. */
export async function eventually<T>(
  read: () => Promise<T> | T,
  condition: (value: T) => boolean,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (condition(value)) return value;
    if (performance.now() > deadline) throw new Error(`still not so after ${timeoutMs} ms: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
