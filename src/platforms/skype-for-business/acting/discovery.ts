import { type JsonObject } from '../../../common/json/json.js';
import { embeddedOf, linkOf } from '../resource.js';
import { NotOffered } from './acting.errors.js';
import { type AppAnswer, type AppCaller } from './app-caller.js';
import { type AppMemory, type DiscoveredApplication } from './app-memory.js';
import { withEndpoint, type EndpointAddress } from './endpoint-address.js';

const discoverPath = '/platformservice/discover';

/**
 * The way from the one public address to an application: discover, applications, application (page on discovery). Each step
 * may be on another host. What was found is kept for an hour; who asks meanwhile waits for the same answer.
 */
export class Discovery {
  constructor(
    private readonly caller: AppCaller,
    private readonly memory: AppMemory,
  ) {}

  /** Throws the errors of `AppCaller`, and `NotOffered` where a step has no link to the next one. */
  async application(endpoint: EndpointAddress): Promise<DiscoveredApplication> {
    const known = this.memory.applications.get(endpoint.sip);
    if (known !== undefined) return known;
    const search = this.#discover(endpoint);
    this.memory.applications.set(endpoint.sip, search);
    try {
      return await search;
    } catch (error) {
      if (this.memory.applications.peek(endpoint.sip) === search) this.memory.applications.delete(endpoint.sip);
      throw error;
    }
  }

  /** What was found did not answer: the platform may have moved the application. */
  forget({ sip }: EndpointAddress): void {
    this.memory.applications.delete(sip);
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
