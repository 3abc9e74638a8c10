export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body's fields; none when it is not a JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly items: readonly Readonly<Record<string, unknown>>[];
  /** Where the next page is. */
  readonly next: string | undefined;
}

/** For tests: calls the API as a client of one token would. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly token: string | undefined,
  ) {}

  get(path: string): Promise<ApiAnswer> {
    return this.send('GET', path);
  }

  post(path: string, body: object): Promise<ApiAnswer> {
    return this.send('POST', path, body);
  }

  put(path: string, body: object): Promise<ApiAnswer> {
    return this.send('PUT', path, body);
  }

  delete(path: string): Promise<ApiAnswer> {
    return this.send('DELETE', path);
  }

  /** A path below `/v1`, or the whole address of a next page. */
  async send(method: string, path: string, body?: object, signal?: AbortSignal): Promise<ApiAnswer> {
    const response = await fetch(path.startsWith('http') ? path : `${this.url}/v1${path}`, {
      method,
      headers: {
        ...(this.token === undefined ? {} : { Authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    return answered(response);
  }
}

/** For tests: posts a form, as OAuth wants it. */
export async function postForm(
  address: string,
  form: Readonly<Record<string, string>>,
  basic?: { readonly id: string; readonly secret: string },
): Promise<ApiAnswer> {
  const pair = basic === undefined ? '' : Buffer.from(`${basic.id}:${basic.secret}`, 'utf8').toString('base64');
  const headers = basic === undefined ? {} : { Authorization: `Basic ${pair}` };
  return answered(await fetch(address, { method: 'POST', headers, body: new URLSearchParams(form) }));
}

async function answered(response: Response): Promise<ApiAnswer> {
  const text = await response.text();
  const body = fieldsOf(text);
  const items: unknown = body['items'];
  return {
    status: response.status,
    headers: response.headers,
    text,
    body,
    items: Array.isArray(items) ? items.map((item: unknown) => (isObject(item) ? { ...item } : {})) : [],
    next: /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1],
  };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
