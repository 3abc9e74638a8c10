import { Argument, Option, type Command } from 'commander';
import { outboundEventTypes, type OutboundEventType } from '../../simulators/watson-work/event-bodies.js';
import { WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';
import { readSecretReference } from '../common/config/secret-reference.js';
import { InvalidInput } from '../common/errors/liaison-error.js';

interface TriggerOptions {
  readonly type: OutboundEventType;
  readonly secretEnv: string;
}

/** trigger: plays a platform that calls a webhook, its ownership check first, as the platform itself would. */
export function addTriggerCommand(program: Command): void {
  program
    .command('trigger')
    .description('call a webhook as the platform would: the ownership check, then one event with all that leads to it')
    .addArgument(new Argument('<platform>').choices(['watson-work']))
    .argument('<url>', 'the webhookUrl of a connection')
    .addOption(new Option('--type <type>', 'the event').choices(outboundEventTypes).default('message-created'))
    .option('--secret-env <name>', 'the variable that holds the webhook secret', 'WEBHOOK_SECRET')
    .action(async (_platform: string, url: string, options: TriggerOptions) => {
      const secret = await readSecretReference(options.secretEnv, undefined);
      if (secret === undefined) {
        throw new InvalidInput({ detail: `Set ${options.secretEnv} to a webhook secret of the connection.` });
      }
      await trigger(url, secret, options.type);
    });
}

async function trigger(url: string, secret: string, type: OutboundEventType): Promise<void> {
  const watson = await WatsonWorkSimulator.start();
  try {
    const app = watson.registerApp({ name: 'Liaison' });
    const webhook = app.addWebhook({ url, secret, events: outboundEventTypes });
    await webhook.enable();
    console.log('the ownership check was answered rightly');
    const ann = watson.addPerson({ displayName: 'Ann Example', email: 'ann@example.com' });
    const bob = watson.addPerson({ displayName: 'Bob Example', email: 'bob@example.com' });
    const space = watson.createSpace({ title: 'Triggered space', members: [ann], apps: [app] });
    const say = (): ReturnType<typeof space.post> => space.post(ann, 'Shall we offer 10 % on *Q-118*?');
    const act: Record<OutboundEventType, () => void> = {
      'message-created': () => void say(),
      'message-edited': () => say().edit(ann, 'Shall we offer 12 % on *Q-118*?'),
      'message-deleted': () => say().delete(),
      'message-annotation-added': () => void say().annotate('message-nlp-keywords', { language: 'en', keywords: [] }),
      'message-annotation-edited': () =>
        say().annotate('message-nlp-keywords', { language: 'en', keywords: [] }).edit({ language: 'en' }),
      'message-annotation-removed': () => say().annotate('message-nlp-keywords', { language: 'en' }).remove(),
      'space-members-added': () => space.addMembers([bob]),
      'space-members-removed': () => space.removeMembers([ann]),
      'space-updated': () => space.update({ title: 'Renamed space' }),
      'space-deleted': () => space.delete(),
      'reaction-added': () => say().react(ann, '👍'),
      'reaction-removed': () => {
        const message = say();
        message.react(ann, '👍');
        message.unreact(ann, '👍');
      },
    };
    act[type]();
    await watson.settled({ timeoutMs: 20_000 });
    for (const delivery of watson.deliveries) {
      console.log(`${delivery.type.padEnd(28)} index ${delivery.index}  ->  ${delivery.status}`);
    }
  } finally {
    await watson.stop();
  }
}
