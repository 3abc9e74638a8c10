import { type GraphqlObjectTypes } from './graphql-object-types.js';
import { type ArgumentValue, type BoundObject, FieldError, ObjectType } from './graphql-type.js';
import { isRecord } from '../common/http-exchange.js';
import { RefusedActionError } from './refused-action-error.js';
import { type SimulatedMessage } from './simulated-message.js';
import { type World } from './world.js';

interface Reacted {
  readonly message: SimulatedMessage;
  readonly reaction: string;
}

/** The changes an integration makes to messages; what is refused answers null with the status as its error. */
export function mutationRoot(types: GraphqlObjectTypes, world: World): BoundObject {
  const { actor } = types.caller;
  const changedMessage = new ObjectType<SimulatedMessage>('MessageMutation', () => ({
    message: { type: types.message, resolve: (message) => types.message.of(message) },
  }));
  const success = new ObjectType<boolean>('SuccessMutation', () => ({
    successful: { type: 'Boolean', resolve: (successful) => successful },
  }));
  const changedReaction = new ObjectType<Reacted>('ReactionMutation', () => ({
    reaction: { type: types.reaction, resolve: (reacted) => types.reaction.of(reacted) },
  }));
  const messageWith = (id: string): SimulatedMessage => {
    const message = world.visibleMessage(id, actor.id);
    if (message === undefined) throw new FieldError('404 Not Found');
    return message;
  };
  const reacted = (input: ArgumentValue | undefined, change: 'react' | 'unreact'): BoundObject => {
    const message = messageWith(inputText(input, 'targetId'));
    const reaction = inputText(input, 'reaction');
    refusable(() => message[change](actor, reaction));
    return changedReaction.of({ message, reaction });
  };
  const mutation = new ObjectType<World>('Mutation', () => ({
    updateMessage: {
      type: changedMessage,
      view: 'EXPERIMENTAL',
      args: { input: 'Input!' },
      resolve: (_world, { input }) => {
        const message = messageWith(inputText(input, 'id'));
        const content = inputText(input, 'content');
        refusable(() => message.edit(actor, content));
        return changedMessage.of(message);
      },
    },
    deleteMessage: {
      type: success,
      args: { input: 'Input!' },
      resolve: (_world, { input }) => {
        const message = messageWith(inputText(input, 'id'));
        if (message.author.id !== actor.id) throw new FieldError('403 Forbidden');
        refusable(() => message.delete());
        return success.of(true);
      },
    },
    addReaction: {
      type: changedReaction,
      args: { input: 'Input!' },
      resolve: (_world, { input }) => reacted(input, 'react'),
    },
    removeReaction: {
      type: changedReaction,
      args: { input: 'Input!' },
      resolve: (_world, { input }) => reacted(input, 'unreact'),
    },
  }));
  return mutation.of(world);
}

function inputText(input: ArgumentValue | undefined, key: string): string {
  const value = isRecord(input) ? input[key] : undefined;
  if (typeof value !== 'string' || value === '') throw new FieldError('400 Bad Request');
  return value;
}

function refusable(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (error instanceof RefusedActionError) {
      throw new FieldError({ 400: '400 Bad Request', 403: '403 Forbidden', 404: '404 Not Found' }[error.status]);
    }
    throw error;
  }
}
