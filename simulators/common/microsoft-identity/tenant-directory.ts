import { randomBytes, randomUUID } from 'node:crypto';
import { consumersTenant } from './tenant-issuers.js';

export interface TenantRegistration {
  readonly tenantId?: string;
  /** Domains that name the tenant in a path, such as the one of a sip address. */
  readonly domains?: readonly string[];
}

export interface SimulatedTenant {
  readonly tenantId: string;
  readonly domains: readonly string[];
}

export interface ApplicationRegistration {
  readonly clientId?: string;
  readonly secret?: string;
  /** What a token for this app may have as its audience besides the client id. */
  readonly appIdUris?: readonly string[];
  /** Tenants whose administrator agreed to the app; elsewhere it does not exist. */
  readonly tenants: readonly SimulatedTenant[];
  readonly redirectUris?: readonly string[];
  /** The version of tokens made FOR this app. Whoever asks, and at which endpoint, does not change it. */
  readonly accessTokenVersion?: 1 | 2;
}

export interface SimulatedApplication {
  readonly clientId: string;
  readonly secret: string;
  readonly appIdUris: readonly string[];
  readonly tenants: readonly SimulatedTenant[];
  readonly redirectUris: readonly string[];
  readonly accessTokenVersion: 1 | 2;
}

export interface SimulatedUser {
  readonly oid: string;
  readonly tenant: SimulatedTenant;
  readonly upn: string;
  readonly name: string;
}

/** Something tokens are made for. */
export interface SimulatedResource {
  readonly audience: string;
  readonly accessTokenVersion: 1 | 2;
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Microsoft's own resources; the Trusted Application API is named by either of the first two. */
const microsoftResources: readonly string[] = [
  'https://api.skypeforbusiness.com',
  'https://NOAMmeetings.resources.lync.com',
  'https://graph.microsoft.com',
  'https://api.botframework.com',
];

/** Tenants, applications and people, as an administrator sees them. */
export class TenantDirectory {
  readonly #tenants: SimulatedTenant[] = [{ tenantId: consumersTenant, domains: ['consumers'] }];
  readonly #applications = new Map<string, SimulatedApplication>();

  addTenant({ tenantId = randomUUID(), domains = [] }: TenantRegistration): SimulatedTenant {
    if (!guid.test(tenantId)) throw new Error('A tenant is named by a GUID in lower case.');
    const tenant = { tenantId, domains: domains.map((domain) => domain.toLowerCase()) };
    this.#tenants.push(tenant);
    return tenant;
  }

  addApplication(registration: ApplicationRegistration): SimulatedApplication {
    const application: SimulatedApplication = {
      clientId: randomUUID(),
      secret: randomBytes(24).toString('base64'),
      appIdUris: [],
      redirectUris: [],
      accessTokenVersion: 1,
      ...registration,
    };
    if (!guid.test(application.clientId)) throw new Error('A client is named by a GUID in lower case.');
    this.#applications.set(application.clientId, application);
    return application;
  }

  /** By id or by a domain of it. */
  tenant(name: string): SimulatedTenant | undefined {
    const wanted = name.toLowerCase();
    return this.#tenants.find(({ tenantId, domains }) => tenantId === wanted || domains.includes(wanted));
  }

  application(clientId: string): SimulatedApplication | undefined {
    return this.#applications.get(clientId.toLowerCase());
  }

  /** By App ID URI or client id, to the letter: a trailing slash makes another name. */
  resource(name: string): SimulatedResource | undefined {
    if (microsoftResources.includes(name)) return { audience: name, accessTokenVersion: 1 };
    for (const { clientId, appIdUris, accessTokenVersion } of this.#applications.values()) {
      if (name !== clientId && !appIdUris.includes(name)) continue;
      return { audience: accessTokenVersion === 2 ? clientId : name, accessTokenVersion };
    }
    return undefined;
  }
}
