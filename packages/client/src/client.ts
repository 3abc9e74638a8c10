import createFetchClient from 'openapi-fetch';
import { type Api } from './api.js';
import { eventsOf, type FollowOptions, type FollowQuery, type LiaisonEvent } from './follow.js';
import {
  itemsOf,
  type InnerListPath,
  type ItemOf,
  type IterationOptions,
  type ListPath,
  type PathOf,
  type QueryOf,
  type Reading,
} from './lists.js';
import { type components, type paths } from './schema.js';

export { LiaisonProblem, unwrap, type Problem } from './problem.js';
export { type FollowOptions, type FollowQuery, type LiaisonEvent } from './follow.js';
export {
  type InnerListPath,
  type ItemOf,
  type IterationOptions,
  type ListPath,
  type PathOf,
  type QueryOf,
} from './lists.js';
export { type paths } from './schema.js';

/** What the OpenAPI document calls by this name. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];
export type Message = Schema<'MessageDto'>;
export type Space = Schema<'SpaceDto'>;
export type Member = Schema<'MemberDto'>;

export interface ClientOptions {
  /** Where the service is, such as `https://liaison.example.com`. */
  readonly url: string;
  /** An API key or a JWT; a function is asked for it before every request. */
  readonly apiKey: string | (() => string | Promise<string>);
  /** What to call instead of the global `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * The REST API: `GET`, `POST`, `PUT`, `PATCH` and `DELETE` take a path of the OpenAPI document with its parameters and body, all of
 * them typed, and resolve to `{ data, error, response }` (openapi-fetch); `unwrap` makes that the data or a
 * `LiaisonProblem`. Lists and the change feed are iterated.
 */
export interface LiaisonClient extends Pick<Api, 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'> {
  /** Every item of any list: `client.list('/v1/grants', { query: { state: 'active' } })`. */
  list<Path extends Exclude<ListPath, InnerListPath>>(
    path: Path,
    reading?: IterationOptions & { readonly query?: QueryOf<Path> },
  ): AsyncGenerator<ItemOf<Path>, void, undefined>;
  /** The same of what belongs to one thing: `client.list('/v1/spaces/{id}/members', { path: { id } })`. */
  list<Path extends InnerListPath>(
    path: Path,
    reading: IterationOptions & { readonly path: PathOf<Path>; readonly query?: QueryOf<Path> },
  ): AsyncGenerator<ItemOf<Path>, void, undefined>;
  /** Every message that these filters match, newest first unless `order` says otherwise. */
  messages(query?: QueryOf<'/v1/messages'>, options?: IterationOptions): AsyncGenerator<Message, void, undefined>;
  spaces(query?: QueryOf<'/v1/spaces'>, options?: IterationOptions): AsyncGenerator<Space, void, undefined>;
  /** Every fact, each once and in its order, from `after` on and for ever. */
  follow(query?: FollowQuery, options?: FollowOptions): AsyncGenerator<LiaisonEvent, void, undefined>;
}

export function createClient({ url, apiKey, fetch }: ClientOptions): LiaisonClient {
  const api = createFetchClient<paths, 'application/json'>({
    baseUrl: url.replace(/\/+$/, ''),
    // Lists in a query are separated by commas.
    querySerializer: { array: { style: 'form', explode: false } },
    ...(fetch && { fetch }),
  });
  api.use({
    onRequest: async ({ request }) => {
      const credential = typeof apiKey === 'string' ? apiKey : await apiKey();
      request.headers.set('authorization', `Bearer ${credential}`);
    },
  });
  return {
    GET: api.GET,
    POST: api.POST,
    PUT: api.PUT,
    PATCH: api.PATCH,
    DELETE: api.DELETE,
    list: <Path extends ListPath>(path: Path, reading: Reading = {}) => itemsOf(api, path, reading),
    messages: (query = {}, options = {}) => itemsOf(api, '/v1/messages', { ...options, query }),
    spaces: (query = {}, options = {}) => itemsOf(api, '/v1/spaces', { ...options, query }),
    follow: (query = {}, options = {}) => eventsOf(api, query, options),
  };
}
