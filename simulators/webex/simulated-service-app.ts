import { ClientApp, type ClientAppOptions } from './client-app.js';
import { type Grants } from './grants.js';
import { platformDate } from './platform-date.js';
import { type PlatformEvent } from './platform-event.js';
import { type Quirks } from './quirks.js';
import { RefusedActionError } from './refused-action-error.js';
import { type SimulatedOrg } from './simulated-org.js';
import { SimulatedPerson } from './simulated-person.js';

/** What a Service App needs of the world around it. */
export interface ServiceAppHome {
  readonly quirks: Quirks;
  now(): number;
  org(orgId: string): SimulatedOrg | undefined;
  adopt(person: SimulatedPerson): void;
  emit(event: PlatformEvent): void;
}

interface Authorization {
  readonly authorizer: SimulatedPerson;
  readonly at: number;
}

/**
 * An app that acts in the organizations whose Full Admin authorized it, through a machine account in each. Webhooks on it
 * belong to integrations of the same developer account.
 */
export class SimulatedServiceApp extends ClientApp {
  readonly friendlyId: string;
  readonly #authorizations = new Map<SimulatedOrg, Authorization>();
  readonly #machineAccounts = new Map<SimulatedOrg, SimulatedPerson>();

  constructor(
    private readonly world: ServiceAppHome,
    private readonly grants: Grants,
    options: ClientAppOptions & { readonly friendlyId: string },
  ) {
    super(options);
    this.friendlyId = options.friendlyId;
  }

  /** `by` must be a Full Admin of the organization. To authorize again tells of it again. */
  authorize(orgId: string, { by }: { readonly by: SimulatedPerson }): void {
    const org = this.#adminOrg(orgId, by);
    const authorization = { authorizer: by, at: this.world.now() };
    this.#authorizations.set(org, authorization);
    this.#emit('authorized', org, authorization, by);
  }

  /** All tokens of the organization die at once, and no new ones are given. */
  deauthorize(orgId: string, { by }: { readonly by?: SimulatedPerson } = {}): void {
    const org = this.#requireOrg(orgId);
    const authorization = this.#authorizations.get(org);
    if (authorization === undefined) throw new RefusedActionError(404, 'The organization has not authorized the app.');
    const actor = by ?? authorization.authorizer;
    this.#adminOrg(orgId, actor);
    this.#authorizations.delete(org);
    this.grants.revoke(({ app, person }) => app === this && person.org === org);
    const ofNow = this.world.quirks.deauthorizationDate === 'of the deauthorization';
    this.#emit('deauthorized', org, ofNow ? { ...authorization, at: this.world.now() } : authorization, actor);
  }

  isAuthorizedBy(orgId: string): boolean {
    const org = this.world.org(orgId);
    return org !== undefined && this.#authorizations.has(org);
  }

  /** Who acts in the organization; always the same account. */
  machineAccount(orgId: string): SimulatedPerson {
    const org = this.#requireOrg(orgId);
    const existing = this.#machineAccounts.get(org);
    if (existing !== undefined) return existing;
    const email = `${this.friendlyId}@${org.siteName.replace('.webex.com', '')}.wbx.ai`;
    const account = new SimulatedPerson(
      { displayName: this.name, email, org, type: 'appuser', admin: false },
      this.world.now(),
    );
    this.#machineAccounts.set(org, account);
    this.world.adopt(account);
    return account;
  }

  #requireOrg(orgId: string): SimulatedOrg {
    const org = this.world.org(orgId);
    if (org === undefined) throw new RefusedActionError(404, 'No such organization.');
    return org;
  }

  #adminOrg(orgId: string, by: SimulatedPerson): SimulatedOrg {
    const org = this.#requireOrg(orgId);
    if (by.org !== org || !by.admin) throw new RefusedActionError(403, 'Only a Full Admin of the organization may.');
    return org;
  }

  /** The fields of Cisco's article of 2024-10-02; its envelope's organization is the developer's, this one the customer's. */
  #emit(event: 'authorized' | 'deauthorized', org: SimulatedOrg, given: Authorization, actor: SimulatedPerson): void {
    this.world.emit({
      resource: 'serviceApp',
      event,
      actorId: actor.id,
      data: {
        id: this.applicationId,
        friendlyId: this.friendlyId,
        authorizerId: given.authorizer.id,
        authorizerOrgId: org.id,
        authorizationDate: platformDate(given.at),
        scopes: this.scopes,
        trainSiteNames: [org.siteName],
        adminTrainSiteNames: [org.siteName],
      },
      traits: { friendlyName: this.friendlyId },
      lane: this.applicationId,
      concerns: ({ app }) => app.developer === this.developer,
    });
  }
}
