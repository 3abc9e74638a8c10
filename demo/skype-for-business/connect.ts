import { type MicrosoftIdentitySimulator } from '../../simulators/common/microsoft-identity/microsoft-identity-simulator.js';
import { type SimulatedTenant } from '../../simulators/common/microsoft-identity/tenant-directory.js';
import { type SkypeForBusinessSimulator } from '../../simulators/skype-for-business/skype-for-business-simulator.js';
import { type ApplicationEndpoint } from '../../simulators/skype-for-business/trusted-application.js';
import { type ConnectionDto } from '../../src/connections/connection.dto.js';
import { type Doubles } from '../doubles.js';
import { type LiaisonClient } from '../liaison-client.js';

/** Skype for Business and the service, connected. */
export interface SkypeForBusinessStage {
  readonly api: LiaisonClient;
  readonly skype: SkypeForBusinessSimulator;
  readonly identity: MicrosoftIdentitySimulator;
  /** The helpdesk's address, in the tenant that consented. */
  readonly helpdesk: ApplicationEndpoint;
  /** Another customer of the platform, who did not. */
  readonly otherTenant: SimulatedTenant;
  readonly audience: string;
  readonly connection: ConnectionDto;
}

const audience = 'https://helpdesk.example.com';

/** Connects a trusted application. There is no secret: the platform proves itself by tokens that its own keys sign. */
export async function connectSkypeForBusiness(
  { skype, identity }: Pick<Doubles, 'skype' | 'identity'>,
  api: LiaisonClient,
): Promise<SkypeForBusinessStage> {
  const tenant = identity.registerTenant({ domains: ['example.com'] });
  const otherTenant = identity.registerTenant({ domains: ['elsewhere.example'] });
  const client = identity.registerApplication({ appIdUris: [audience], tenants: [tenant] });
  const connection = await api.createConnection({
    platform: 'skype-for-business',
    name: 'Helpdesk',
    settings: {
      apiUrl: skype.url,
      authorityUrl: identity.url,
      audience,
      tenants: [tenant.tenantId],
      clientId: client.clientId,
    },
    secrets: {},
  });
  const application = skype.registerApplication({ application: client, callbackUrl: connection.webhookUrl });
  const helpdesk = application.addEndpoint('sip:helpdesk@example.com', tenant);
  return { api, skype, identity, helpdesk, otherTenant, audience, connection };
}
