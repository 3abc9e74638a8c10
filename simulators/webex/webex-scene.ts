import { SimulatorClock } from '../common/clock.js';
import { ApiClient } from './api-client.js';
import { RecordingReceiver } from './recording-receiver.js';
import { type SimulatedIntegration } from './simulated-integration.js';
import { type SimulatedPerson } from './simulated-person.js';
import { type SimulatedRoom } from './simulated-room.js';
import { type SimulatedWebhook, type WebhookRegistration } from './simulated-webhook.js';
import { type WebexOptions, WebexSimulator } from './webex-simulator.js';

/** For tests: a simulator on a clock that only moves by hand, an integration, two people, a bot, and a room of the three. */
export interface WebexScene {
  readonly webex: WebexSimulator;
  readonly clock: SimulatorClock;
  readonly receiver: RecordingReceiver;
  readonly integration: SimulatedIntegration;
  readonly ann: SimulatedPerson;
  readonly bob: SimulatedPerson;
  readonly bot: SimulatedPerson;
  readonly room: SimulatedRoom;
  /** A token of this person through the integration, with all its scopes; the bot's own for the bot. */
  readonly token: (person: SimulatedPerson) => string;
  readonly as: (person: SimulatedPerson) => ApiClient;
  /** A webhook of this person on everything of the firehose, unless told otherwise. */
  readonly webhook: (person: SimulatedPerson, registration?: Partial<WebhookRegistration>) => SimulatedWebhook;
  readonly end: () => Promise<void>;
}

export const sceneStart = Date.UTC(2026, 0, 5, 9);
export const redirectUri = 'https://app.example/callback';
export const secret = '86dacc007724d8ea666f88fc77d918dad9537a15';

export async function startScene(options: WebexOptions = {}): Promise<WebexScene> {
  const clock = new SimulatorClock({ startAt: sceneStart, speed: 0 });
  const webex = await WebexSimulator.start({ clock, ...options });
  const receiver = await RecordingReceiver.start();
  const integration = webex.registerIntegration({
    name: 'Liaison',
    redirectUris: [redirectUri],
    scopes: [
      'spark:all',
      'spark:calls_read',
      'spark:applications_token',
      'application:webhooks_read',
      'application:webhooks_write',
      'meeting:schedules_read',
      'identity:tokens_read',
      'identity:tokens_write',
    ],
  });
  const ann = webex.addPerson({ displayName: 'Ann Ångström', email: 'ann@example.com', admin: true });
  const bob = webex.addPerson({ displayName: 'Bob', email: 'bob@example.com' });
  const bot = webex.addBot({ displayName: 'Helper', email: 'helper@webex.bot' });
  const room = webex.createRoom({ title: 'Acme renewal', creator: ann, members: [bob, bot] });
  const token = (person: SimulatedPerson): string =>
    person.type === 'bot' ? webex.botToken(person) : webex.integrationTokens(integration, person).accessToken;
  return {
    webex,
    clock,
    receiver,
    integration,
    ann,
    bob,
    bot,
    room,
    token,
    as: (person) => new ApiClient(webex.url, token(person)),
    webhook: (person, registration = {}) =>
      webex.createWebhook(token(person), {
        name: 'firehose',
        targetUrl: receiver.url,
        resource: 'all',
        event: 'all',
        ...registration,
      }),
    end: async () => {
      await webex.stop();
      await receiver.stop();
    },
  };
}
