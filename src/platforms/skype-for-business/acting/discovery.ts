import { LRUCache } from 'lru-cache';
import { type JsonObject } from '../../../common/json/json.js';
import { embeddedOf, linkOf } from '../resource.js';
import { NotOffered } from './acting.errors.js';
import { type AppAnswer, type AppCaller } from './app-caller.js';
import { withEndpoint, type EndpointAddress } from './endpoint-address.js';

/** What our application may do for one endpoint, and the host that it was told by. */
export interface DiscoveredApplication {
  /** The base of every href that has none of its own. */
  readonly url: string;
  /** Undefined without the permission to send and receive messages. */
  readonly startMessaging: string | undefined;
}

/** Links change when the platform moves an application. */
const keptForMs = 3_600_000;
const maxEndpoints = 1_000;
const discoverPath = '/platformservice/discover';

/**
 * The way from the one public address to an application: discover, applications, application (page on discovery). Each step
 * may be on another host. What was found is kept for an hour; who asks meanwhile waits for the same answer.
 */
export class Discovery {
  readonly #found = new LRUCache<string, Promise<DiscoveredApplication>>({ max: maxEndpoints, ttl: keptForMs });

  constructor(private readonly caller: AppCaller) {}

  /** Throws the errors of `AppCaller`, and `NotOffered` where a step has no link to the next one. */
  async application(endpoint: EndpointAddress): Promise<DiscoveredApplication> {
    const known = this.#found.get(endpoint.sip);
    if (known !== undefined) return known;
    const search = this.#discover(endpoint);
    this.#found.set(endpoint.sip, search);
    try {
      return await search;
    } catch (error) {
      if (this.#found.peek(endpoint.sip) === search) this.#found.delete(endpoint.sip);
      throw error;
    }
  }

  /** What was found did not answer: the platform may have moved the application. */
  forget({ sip }: EndpointAddress): void {
    this.#found.delete(sip);
  }

  async #discover(endpoint: EndpointAddress): Promise<DiscoveredApplication> {
    const { tenant } = endpoint;
    const start = await this.caller.call({ method: 'GET', href: discoverPath, tenant });
    const applications = await this.#follow(start, 'applications', endpoint);
    const application = await this.#follow(applications, 'application', endpoint);
    const communication: JsonObject = embeddedOf(application.resource, 'communication') ?? {};
    return { url: application.url, startMessaging: linkOf(communication, 'startMessaging')?.href };
  }

  #follow(from: AppAnswer, rel: string, endpoint: EndpointAddress): Promise<AppAnswer> {
    const href = linkOf(from.resource, rel)?.href;
    if (href === undefined) throw new NotOffered(rel);
    const url = new URL(href, from.url).href;
    return this.caller.call({ method: 'GET', href: withEndpoint(url, endpoint), tenant: endpoint.tenant });
  }
}
