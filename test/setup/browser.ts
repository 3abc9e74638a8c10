/** Where a browser came to rest. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** As much of a browser as forms and redirects take: cookies per host, one page at a time. */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Goes there and follows redirects, but not to an address that begins with `before`: that one is answered as it is. */
  async open(address: string, before?: string): Promise<Page> {
    return this.#go(new URL(address), { method: 'GET' }, before);
  }

  /** Sends the form of a page with these values. */
  submit(page: Page, values: Readonly<Record<string, string>>, before?: string): Promise<Page> {
    const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1];
    if (action === undefined) throw new Error(`no form on ${page.url.pathname}: ${page.status} ${page.text}`);
    const form = { method: 'POST', body: new URLSearchParams(values) };
    return this.#go(new URL(action, page.url), form, before);
  }

  async #go(first: URL, firstCall: RequestInit, before: string | undefined): Promise<Page> {
    let url = first;
    let call = firstCall;
    for (let hop = 0; hop < 12; hop++) {
      const response = await fetch(url, { ...call, redirect: 'manual', headers: { cookie: this.#cookieFor(url) } });
      this.#remember(url, response.headers);
      const location = response.headers.get('location');
      const text = await response.text();
      if (response.status < 300 || response.status > 399 || location === null) {
        return { url, status: response.status, headers: response.headers, text };
      }
      const next = new URL(location, url);
      if (before !== undefined && next.href.startsWith(before)) {
        return { url: next, status: response.status, headers: response.headers, text };
      }
      url = next;
      call = { method: 'GET' };
    }
    throw new Error(`too many redirects from ${first.origin}`);
  }

  #remember(url: URL, headers: Headers): void {
    const jar = this.#cookies.get(url.host) ?? new Map<string, string>();
    this.#cookies.set(url.host, jar);
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      const isOver = attributes.some((one) => /expires=thu, 01 jan 1970/i.test(one));
      const path = attributes.find((one) => /^\s*path=/i.test(one))?.split('=')[1] ?? '/';
      if (isOver) jar.delete(`${name}|${path}`);
      else jar.set(`${name}|${path}`, value.join('='));
    }
  }

  #cookieFor(url: URL): string {
    const jar = this.#cookies.get(url.host) ?? new Map<string, string>();
    return [...jar]
      .map(([key, value]) => ({ name: key.split('|')[0] ?? '', path: key.split('|')[1] ?? '/', value }))
      .filter(({ path }) => url.pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }
}
