import { type HttpAnswer, isRecord, jsonObject } from '../common/http-exchange.js';
import { type ApiCall } from './api-call.js';
import { RefusedActionError } from './refused-action-error.js';

export interface PageSizes {
  readonly usual: number;
  readonly largest: number;
}

interface Cursor {
  /** The last item that was shown, and how many there were up to it. */
  readonly last: string | undefined;
  readonly shown: number;
  /** Whether the empty page before the next items was shown. */
  readonly pastEmpty: boolean;
}

/** Answers lists page by page: `max` beyond the limit is cut, and a `Link` leads on until there is no more. */
export class Pager {
  constructor(
    private readonly emptyPages: boolean,
    private readonly override: PageSizes | undefined,
  ) {}

  page<Item extends { readonly id: string }>(
    call: ApiCall,
    items: readonly Item[],
    body: (item: Item) => Readonly<Record<string, unknown>>,
    sizes: PageSizes,
  ): HttpAnswer {
    const size = this.#size(call, this.override ?? sizes);
    const cursor = cursorOf(call);
    const start = positionOf(cursor, items);
    if (this.emptyPages && !cursor.pastEmpty && start < items.length) {
      return listed([], nextLink(call, { ...cursor, pastEmpty: true }));
    }
    const shown = items.slice(start, start + size);
    const end = start + shown.length;
    const link =
      end < items.length ? nextLink(call, { last: shown.at(-1)?.id, shown: end, pastEmpty: false }) : undefined;
    return listed(shown.map(body), link);
  }

  #size(call: ApiCall, { usual, largest }: PageSizes): number {
    const max = call.query('max');
    if (max === undefined) return Math.min(usual, largest);
    if (!/^[1-9]\d{0,8}$/.test(max))
      throw new RefusedActionError(400, "The 'max' parameter must be a positive number.");
    return Math.min(Number(max), largest);
  }
}

/** Items that were added or removed meanwhile neither repeat nor skip others, unless the last one shown is gone. */
function positionOf(cursor: Cursor, items: readonly { readonly id: string }[]): number {
  if (cursor.last === undefined) return 0;
  const position = items.findIndex(({ id }) => id === cursor.last);
  return position === -1 ? Math.min(cursor.shown, items.length) : position + 1;
}

function cursorOf(call: ApiCall): Cursor {
  const text = call.query('cursor');
  if (text === undefined) return { last: undefined, shown: 0, pastEmpty: false };
  const parsed = jsonObject(Buffer.from(text, 'base64url').toString('utf8'));
  if (!isRecord(parsed) || typeof parsed['shown'] !== 'number') throw new RefusedActionError(400, 'Invalid cursor.');
  const { last, shown, pastEmpty } = parsed;
  return { last: typeof last === 'string' ? last : undefined, shown, pastEmpty: pastEmpty === true };
}

/** Holds a parameter without a value, as the platform's links do: they are to be followed as they are. */
function nextLink(call: ApiCall, cursor: Cursor): string {
  const kept = [...call.http.query].filter(([name, value]) => name !== 'cursor' && value !== '');
  const query = new URLSearchParams(kept).toString();
  const encoded = Buffer.from(JSON.stringify(cursor), 'utf8').toString('base64url');
  const host = call.http.headers.host ?? '127.0.0.1';
  const parameters = [query, 'after', `cursor=${encoded}`].filter((part) => part !== '').join('&');
  return `<http://${host}${call.http.path}?${parameters}>; rel="next"`;
}

function listed(items: readonly unknown[], link: string | undefined): HttpAnswer {
  return { status: 200, body: { items }, ...(link === undefined ? {} : { headers: { Link: link } }) };
}
