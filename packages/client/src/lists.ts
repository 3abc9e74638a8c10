import { type Api } from './api.js';
import { unwrap } from './problem.js';
import { type paths } from './schema.js';

interface PageOf<Item> {
  items: Item[];
  nextCursor: string | null;
}
interface AnswersPage<Item> {
  responses: { 200: { content: { 'application/json': PageOf<Item> } } };
}

/** Every path that is a list. The change feed has no end and is followed instead. */
export type ListPath = Exclude<
  { [Path in keyof paths]: paths[Path] extends { get: AnswersPage<unknown> } ? Path : never }[keyof paths],
  '/v1/events'
>;

/** The lists of what belongs to one thing, whose id stands in their path. */
export type InnerListPath = Extract<ListPath, `${string}{${string}`>;

/** What a list holds. */
export type ItemOf<Path extends ListPath> = paths[Path] extends { get: AnswersPage<infer Item> } ? Item : never;

/** The filters of a list. */
export type QueryOf<Path extends ListPath> = paths[Path] extends { get: { parameters: { query?: infer Query } } }
  ? Omit<NonNullable<Query>, 'cursor'>
  : never;

/** What stands in braces in the path of a list. */
export type PathOf<Path extends InnerListPath> = paths[Path] extends { get: { parameters: { path: infer Values } } }
  ? Values
  : never;

export interface IterationOptions {
  readonly signal?: AbortSignal;
}

/** How a list is read. */
export interface Reading extends IterationOptions {
  readonly path?: unknown;
  readonly query?: object;
}

/** Every item of a list, page after page; each is asked for when the one before is used up. */
export async function* itemsOf<Path extends ListPath>(
  api: Api,
  list: Path,
  { path, query, signal }: Reading,
): AsyncGenerator<ItemOf<Path>, void, undefined> {
  let cursor: string | null = null;
  do {
    const params: object = { path, query: { limit: 200, ...query, ...(cursor !== null && { cursor }) } };
    // All lists are alike, which `ListPath` has made sure of and TypeScript cannot see; one stands for all.
    const page: PageOf<unknown> = await unwrap(api.GET(list as '/v1/spaces', { params, ...(signal && { signal }) }));
    yield* page.items as ItemOf<Path>[];
    cursor = page.nextCursor;
  } while (cursor !== null);
}
