import { SimulatorClock } from '../common/clock.js';
import { MicrosoftIdentitySimulator } from '../common/microsoft-identity/microsoft-identity-simulator.js';
import { type SimulatedApplication, type SimulatedTenant } from '../common/microsoft-identity/tenant-directory.js';
import { RecordingCallback } from './recording-callback.js';
import { type SkypeForBusinessOptions, SkypeForBusinessSimulator } from './skype-for-business-simulator.js';
import { type SimulatedPerson } from './simulated-person.js';
import { type ApplicationEndpoint, type TrustedApplication } from './trusted-application.js';

export const sceneStart = Date.UTC(2018, 9, 3, 12);
export const audience = 'https://liaison.example';
const skypeResource = 'https://api.skypeforbusiness.com';

/** For tests: one identity platform with a tenant and an app, on a clock that only moves by hand. */
export interface IdentityScene {
  readonly clock: SimulatorClock;
  readonly identity: MicrosoftIdentitySimulator;
  readonly tenant: SimulatedTenant;
  readonly client: SimulatedApplication;
}

export async function startIdentity(): Promise<IdentityScene> {
  const clock = new SimulatorClock({ startAt: sceneStart, speed: 0 });
  const identity = await MicrosoftIdentitySimulator.start({ clock });
  const tenant = identity.registerTenant({ domains: ['tenant-a.example'] });
  const client = identity.registerApplication({ appIdUris: [audience], tenants: [tenant] });
  return { clock, identity, tenant, client };
}

/** What an app sees of an answer. */
export interface SeenAnswer {
  readonly status: number;
  readonly location: string;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** For tests: the platform, an app's callback and endpoint, and two people. */
export class SkypeScene {
  private constructor(
    readonly skype: SkypeForBusinessSimulator,
    readonly callback: RecordingCallback,
    readonly application: TrustedApplication,
    readonly endpoint: ApplicationEndpoint,
    readonly mira: SimulatedPerson,
    readonly lee: SimulatedPerson,
    readonly token: string,
  ) {}

  static async start(
    { identity, tenant, client }: IdentityScene,
    options: Omit<SkypeForBusinessOptions, 'identity'> = {},
  ): Promise<SkypeScene> {
    const skype = await SkypeForBusinessSimulator.start({ identity, ...options });
    const callback = await RecordingCallback.start();
    const application = skype.registerApplication({ application: client, callbackUrl: callback.url });
    const endpoint = application.addEndpoint('sip:frontdesk@tenant-a.example', tenant);
    const mira = skype.person('sip:mira@tenant-a.example', { name: 'Mira Okafor' });
    const lee = skype.person('sip:lee@tenant-a.example', { name: 'Lee' });
    const token = await appToken(identity.url, tenant, client);
    return new SkypeScene(skype, callback, application, endpoint, mira, lee, token);
  }

  get startMessaging(): string {
    const { application, endpoint } = this;
    return `/platformservice/v1/applications/${application.id}/communication/messagingInvitations?endpointId=${endpoint.sip}`;
  }

  /** A call with the app's token, to the pool unless the address is absolute. */
  async call(
    method: string,
    href: string,
    body?: object | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<SeenAnswer> {
    const url = href.startsWith('http') ? href : `${this.skype.poolUrl}${href}`;
    const json = typeof body === 'object';
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        Authorization: `Bearer ${this.token}`,
        ...(json ? { 'Content-Type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      location: response.headers.get('location') ?? '',
      headers: response.headers,
      body: text === '' ? {} : asObject(JSON.parse(text)),
    };
  }

  async end(): Promise<void> {
    await this.skype.stop();
    await this.callback.stop();
  }
}

async function appToken(url: string, tenant: SimulatedTenant, client: SimulatedApplication): Promise<string> {
  const response = await fetch(`${url}/${tenant.tenantId}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_secret: client.secret,
      resource: skypeResource,
    }),
  });
  return String(asObject(await response.json())['access_token']);
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
