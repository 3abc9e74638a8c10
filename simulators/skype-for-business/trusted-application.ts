import { randomBytes } from 'node:crypto';
import { type SimulatedApplication, type SimulatedTenant } from '../common/microsoft-identity/tenant-directory.js';

/** What an administrator agrees to; a missing permission shows as a missing link. */
export type TrustedPermission = 'meetings' | 'onDemandMeetings' | 'instantMessaging' | 'guestJoin';

export interface TrustedApplicationRegistration {
  /** The app as the identity platform knows it. */
  readonly application: SimulatedApplication;
  /** The App ID URI for which webhook tokens are made; the first of the app when missing. */
  readonly audience?: string;
  /** Where incoming conversations start; without one, only conversations with a URL of their own work. */
  readonly callbackUrl?: string;
  /** All when missing. */
  readonly permissions?: readonly TrustedPermission[];
}

/** A sip address of an application in a tenant. */
export class ApplicationEndpoint {
  /** A new endpoint takes a while to spread; until then calls for it are answered 404. */
  provisioned = true;
  /** Stands in every href below a conversation. */
  readonly ticket = `tgt-${randomBytes(16).toString('hex')}`;

  constructor(
    readonly application: TrustedApplication,
    readonly sip: string,
    readonly tenant: SimulatedTenant,
  ) {}
}

export class TrustedApplication {
  callbackUrl: string | undefined;
  readonly audience: string;
  readonly permissions: readonly TrustedPermission[];
  readonly #endpoints: ApplicationEndpoint[] = [];

  constructor(
    readonly id: string,
    registration: TrustedApplicationRegistration,
  ) {
    const { application, audience, callbackUrl, permissions } = registration;
    this.clientId = application.clientId;
    const [firstUri = application.clientId] = application.appIdUris;
    this.audience = audience ?? firstUri;
    this.callbackUrl = callbackUrl;
    this.permissions = permissions ?? ['meetings', 'onDemandMeetings', 'instantMessaging', 'guestJoin'];
  }

  readonly clientId: string;

  get endpoints(): readonly ApplicationEndpoint[] {
    return this.#endpoints;
  }

  /** The platform finds no endpoint whose address has upper-case letters, so none can be registered. */
  addEndpoint(sip: string, tenant: SimulatedTenant): ApplicationEndpoint {
    if (!/^sip:[^@\s]+@[^@\s]+$/.test(sip) || sip !== sip.toLowerCase()) {
      throw new Error('An endpoint is a sip address in lower case.');
    }
    const endpoint = new ApplicationEndpoint(this, sip, tenant);
    this.#endpoints.push(endpoint);
    return endpoint;
  }
}
