import { SimulatorClock } from '../../simulators/common/clock.js';
import { MicrosoftIdentitySimulator } from '../../simulators/common/microsoft-identity/microsoft-identity-simulator.js';
import {
  type SimulatedApplication,
  type SimulatedTenant,
} from '../../simulators/common/microsoft-identity/tenant-directory.js';
import {
  type SkypeForBusinessOptions,
  SkypeForBusinessSimulator,
} from '../../simulators/skype-for-business/skype-for-business-simulator.js';
import {
  type ApplicationEndpoint,
  type TrustedApplication,
} from '../../simulators/skype-for-business/trusted-application.js';
import { startTestService, type TestService } from './service.js';

export const skypeAudience = 'https://liaison.example';
export const skypeEndpoint = 'sip:helpdesk@tenant-a.example';

export interface SkypeStage {
  readonly service: TestService;
  readonly identity: MicrosoftIdentitySimulator;
  readonly tenant: SimulatedTenant;
  readonly client: SimulatedApplication;
  readonly skype: SkypeForBusinessSimulator;
  readonly application: TrustedApplication;
  readonly endpoint: ApplicationEndpoint;
  readonly connection: { readonly id: string; readonly webhookUrl: string };
  readonly end: () => Promise<void>;
}

/** The service, an identity platform and a Skype for Business on loopback, connected by the calls that an operator makes. */
export async function startSkypeStage(
  databaseUrl: string,
  options: Omit<SkypeForBusinessOptions, 'identity'> = {},
  settings: object = {},
): Promise<SkypeStage> {
  const clock = new SimulatorClock();
  const identity = await MicrosoftIdentitySimulator.start({ clock });
  const tenant = identity.registerTenant({ domains: ['tenant-a.example'] });
  const client = identity.registerApplication({ appIdUris: [skypeAudience], tenants: [tenant] });
  const skype = await SkypeForBusinessSimulator.start({ identity, clock, ...options });
  const hosts = [identity.url, skype.url, skype.poolUrl].map((url) => new URL(url).host);
  const service = await startTestService(databaseUrl, { LIAISON_OUTBOUND_ALLOW: hosts.join(',') });
  await service.ready;
  const answer = await service.call<{ id: string; webhookUrl: string }>('POST', '/v1/connections', {
    body: {
      platform: 'skype-for-business',
      name: 'Help desk',
      settings: {
        apiUrl: skype.url,
        authorityUrl: identity.url,
        audience: skypeAudience,
        tenants: [tenant.tenantId],
        clientId: client.clientId,
        allowedHosts: [new URL(skype.poolUrl).host],
        ...settings,
      },
      secrets: { clientSecret: client.secret },
    },
  });
  if (answer.status !== 201) throw new Error(`connection refused: ${answer.status} ${JSON.stringify(answer.body)}`);
  const connection = answer.body;
  const application = skype.registerApplication({ application: client, callbackUrl: connection.webhookUrl });
  const endpoint = application.addEndpoint(skypeEndpoint, tenant);
  return {
    service,
    identity,
    tenant,
    client,
    skype,
    application,
    endpoint,
    connection,
    end: async () => {
      await service.stop();
      await skype.stop();
      await identity.stop();
    },
  };
}
