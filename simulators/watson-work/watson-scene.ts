import { type SimulatedPerson } from './actor.js';
import { SimulatorClock } from '../common/clock.js';
import { outboundEventTypes } from './event-bodies.js';
import { RecordingReceiver } from './recording-receiver.js';
import { type SimulatedApp, type SimulatedWebhook } from './registered-app.js';
import { type SimulatedSpace } from './simulated-space.js';
import { type WatsonWorkOptions, WatsonWorkSimulator } from './watson-work-simulator.js';

/** For tests: a simulator on a clock that only moves by hand, with an app, its webhook, two people and a space. */
export interface WatsonScene {
  readonly watson: WatsonWorkSimulator;
  readonly clock: SimulatorClock;
  readonly receiver: RecordingReceiver;
  readonly app: SimulatedApp;
  readonly webhook: SimulatedWebhook;
  readonly ann: SimulatedPerson;
  readonly bob: SimulatedPerson;
  readonly space: SimulatedSpace;
  readonly end: () => Promise<void>;
}

export const sceneStart = Date.UTC(2018, 9, 3, 12);

export async function startScene(options: WatsonWorkOptions = {}): Promise<WatsonScene> {
  const clock = new SimulatorClock({ startAt: sceneStart, speed: 0 });
  const watson = await WatsonWorkSimulator.start({ clock, ...options });
  const receiver = await RecordingReceiver.start();
  const app = watson.registerApp({ name: 'Liaison', redirectUris: ['https://app.example/callback'] });
  const webhook = app.addWebhook({ url: receiver.url, events: outboundEventTypes, secret: receiver.secret });
  await webhook.enable();
  const ann = watson.addPerson({ displayName: 'Ann Ångström', email: 'ann@example.com' });
  const bob = watson.addPerson({ displayName: 'Bob', email: 'bob@example.com' });
  const space = watson.createSpace({ title: 'Acme renewal', members: [ann, bob], apps: [app] });
  const end = async (): Promise<void> => {
    await watson.stop();
    await receiver.stop();
  };
  return { watson, clock, receiver, app, webhook, ann, bob, space, end };
}
