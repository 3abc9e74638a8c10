import { startScene, type WebexScene } from '../../simulators/webex/webex-scene.js';
import { type WebexOptions } from '../../simulators/webex/webex-simulator.js';
import { SimulatorClock } from '../../simulators/common/clock.js';
import { startTestService, type TestService } from './service.js';

export const webexSecret = 'a-webhook-secret-of-webex';

export interface WebexStage extends WebexScene {
  readonly service: TestService;
  readonly connection: { readonly id: string; readonly webhookUrl: string };
}

/** The service and a Webex on loopback, connected as Ann's integration, with webhooks that the test registered itself. */
export async function startWebexStage(
  databaseUrl: string,
  options: WebexOptions & { readonly accessToken?: string; readonly resources?: readonly string[] } = {},
): Promise<WebexStage> {
  const { accessToken, resources = ['all', 'attachmentActions'], ...webexOptions } = options;
  const scene = await startScene({ clock: new SimulatorClock(), ...webexOptions });
  const service = await startTestService(databaseUrl, { LIAISON_OUTBOUND_ALLOW: new URL(scene.webex.url).host });
  await service.ready;
  const answer = await service.call<{ id: string; webhookUrl: string }>('POST', '/v1/connections', {
    body: {
      platform: 'webex',
      name: 'Webex',
      settings: { apiUrl: `${scene.webex.url}/v1`, kind: 'integration', webhooks: [] },
      secrets: { accessToken: accessToken ?? scene.token(scene.ann), webhookSecrets: [webexSecret] },
    },
  });
  if (answer.status !== 201) throw new Error(`connection refused: ${answer.status} ${JSON.stringify(answer.body)}`);
  const connection = answer.body;
  for (const resource of resources) {
    scene.webhook(scene.ann, {
      name: resource,
      resource,
      event: 'all',
      targetUrl: connection.webhookUrl,
      secret: webexSecret,
    });
  }
  return {
    ...scene,
    service,
    connection,
    end: async () => {
      await service.stop();
      await scene.end();
    },
  };
}
