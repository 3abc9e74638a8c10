import { type GraphqlObjectTypes, paging, type ReactedUser } from './graphql-object-types.js';
import { type Page, pageOf, placeCursors, plainTimeCursors } from './graphql-page.js';
import { type Actor } from './actor.js';
import { type Arguments, type BoundObject, ObjectType } from './graphql-type.js';
import { type SimulatedSpace } from './simulated-space.js';
import { type World } from './world.js';

/** The queries: what the caller may not see, or what does not exist, is null without an error. */
export function queryRoot(types: GraphqlObjectTypes, world: World): BoundObject {
  const viewer = types.caller.actor;
  const conversation = (id: Arguments[string]): SimulatedSpace | undefined => {
    types.require('space_read');
    return world.visibleSpace(text(id), viewer.id);
  };
  const query = new ObjectType<World>('Query', () => ({
    me: { type: types.person, resolve: () => types.person.of(viewer) },
    person: {
      type: types.person,
      args: { id: 'ID', email: 'String' },
      resolve: (_world, { id, email }) =>
        types.person.maybe(typeof id === 'string' ? world.actor(id) : world.personByEmail(text(email))),
    },
    people: {
      type: types.people,
      args: { id: '[ID]', ...paging },
      resolve: (_world, args) => {
        const ids = [args['id'] ?? []].flat().map(String);
        const found = ids.map((id) => world.actor(id)).filter((actor) => actor !== undefined);
        return types.people.of(pageOf(found, args, placeCursors<Actor>(), types.sizes));
      },
    },
    space: { type: types.space, args: { id: 'ID!' }, resolve: (_world, { id }) => types.space.maybe(conversation(id)) },
    conversation: {
      type: types.conversation,
      args: { id: 'ID!' },
      resolve: (_world, { id }) => types.conversation.maybe(conversation(id)),
    },
    spaces: {
      type: types.spaces,
      args: { updatedSince: 'Long', ...paging },
      resolve: (_world, args) => {
        types.require(viewer.kind === 'app' ? 'space_read' : 'space_list');
        const since = Number(args['updatedSince'] ?? -Infinity);
        const found = world
          .visibleSpaces(viewer.id)
          .filter((space) => space.updated >= since)
          .sort((a, b) => b.updated - a.updated);
        return types.spaces.of(pageOf(found, args, placeCursors<SimulatedSpace>(), types.sizes));
      },
    },
    message: {
      type: types.message,
      args: { id: 'ID!' },
      resolve: (_world, { id }) => {
        types.require('message_read');
        return types.message.maybe(world.visibleMessage(text(id), viewer.id));
      },
    },
    reactingUsers: {
      type: types.reactingUsers,
      args: { targetId: 'ID!', reaction: 'String!', ...paging },
      resolve: (_world, args) => {
        types.require('message_read');
        const message = world.visibleMessage(text(args['targetId']), viewer.id);
        if (message === undefined) return null;
        return types.reactingUsers.of(reactedPage(message.reactions.get(text(args['reaction'])) ?? []));

        function reactedPage(reacted: readonly ReactedUser[]): Page<ReactedUser> {
          return pageOf(
            [...reacted].reverse(),
            args,
            plainTimeCursors<ReactedUser>(({ at }) => at),
            types.sizes,
          );
        }
      },
    },
  }));
  return query.of(world);
}

function text(argument: Arguments[string]): string {
  return typeof argument === 'string' ? argument : '';
}
