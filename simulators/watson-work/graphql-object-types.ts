import { type Grant } from './access-tokens.js';
import { type Actor } from './actor.js';
import { type ArgumentKind, type Arguments, type BoundObject, FieldError, ObjectType } from './graphql-type.js';
import { type Page, pageOf, type PageSizes, placeCursors, timeCursors } from './graphql-page.js';
import { platformDate } from './platform-date.js';
import { type Permission } from './registered-app.js';
import { type SimulatedMessage } from './simulated-message.js';
import { type SimulatedSpace } from './simulated-space.js';

const messageCursors = timeCursors<SimulatedMessage>((message) => message.created);

export const paging = { first: 'Int', last: 'Int', before: 'String', after: 'String' } as const satisfies Readonly<
  Record<string, ArgumentKind>
>;

interface ReactionTally {
  readonly message: SimulatedMessage;
  readonly reaction: string;
}

export interface ReactedUser {
  readonly by: Actor;
  readonly at: number;
}

/** The object types of the public GraphQL schema, as one caller sees them. */
export class GraphqlObjectTypes {
  readonly person = new ObjectType<Actor>('Person', () => ({
    id: { type: 'ID', resolve: (person) => person.id },
    displayName: { type: 'String', resolve: (person) => person.displayName },
    email: { type: 'String', resolve: (person) => emailOf(person) },
    extId: { type: 'String', resolve: (person) => person.id },
    emailAddresses: { type: 'String', resolve: () => null },
    photoUrl: { type: 'String', resolve: (person) => `/photos/${person.id}` },
    customerId: { type: 'String', resolve: () => null },
    presence: { type: 'String', resolve: () => null },
    ibmUniqueID: { type: 'String', resolve: () => null },
  }));

  readonly pageInfo = new ObjectType<Page<unknown>>('PageInfo', () => ({
    startCursor: { type: 'String', resolve: (page) => page.startCursor },
    endCursor: { type: 'String', resolve: (page) => page.endCursor },
    hasNextPage: { type: 'Boolean', resolve: (page) => page.hasNextPage },
    hasPreviousPage: { type: 'Boolean', resolve: (page) => page.hasPreviousPage },
  }));

  readonly space = new ObjectType<SimulatedSpace>('Space', () => ({
    id: { type: 'ID', resolve: (space) => space.id },
    title: { type: 'String', resolve: (space) => space.title },
    description: { type: 'String', resolve: (space) => space.details.description ?? null },
    type: { type: 'String', view: 'BETA', resolve: () => 'TEAM' },
    created: { type: 'Date', resolve: (space) => platformDate(space.created) },
    createdBy: { type: this.person, resolve: (space) => this.person.of(space.createdBy) },
    updated: { type: 'Date', resolve: (space) => platformDate(space.updated) },
    updatedBy: { type: this.person, resolve: (space) => this.person.of(space.updatedBy) },
    membersUpdated: { type: 'Date', resolve: (space) => platformDate(space.membersUpdated) },
    statusValueId: { type: 'ID', view: 'BETA', resolve: (space) => space.details.statusValue ?? null },
    members: {
      type: this.people,
      args: paging,
      resolve: (space, args) => {
        this.require('membership_list');
        return this.people.of(pageOf(space.members, args, placeCursors<Actor>(), this.sizes));
      },
    },
    conversation: { type: this.conversation, resolve: (space) => this.conversation.of(space) },
  }));

  readonly people = this.#collection('PersonCollection', this.person);
  readonly spaces = this.#collection('SpaceCollection', this.space);

  readonly conversation: ObjectType<SimulatedSpace> = new ObjectType<SimulatedSpace>('Conversation', () => ({
    id: { type: 'ID', resolve: (space) => space.id },
    created: { type: 'Date', resolve: (space) => platformDate(space.created) },
    updated: { type: 'Date', resolve: (space) => platformDate(space.updated) },
    messages: {
      type: this.messages,
      args: {
        ...paging,
        oldestTimestamp: 'Long',
        mostRecentTimestamp: 'Long',
        annotationType: 'String',
        includeSoftDeleted: 'Boolean',
      },
      resolve: (space, args) => {
        this.require('transcript_read');
        return this.messages.of(pageOf(messagesAskedFor(space, args), args, messageCursors, this.sizes));
      },
    },
  }));

  readonly message: ObjectType<SimulatedMessage> = new ObjectType<SimulatedMessage>('Message', () => ({
    id: { type: 'ID', resolve: (message) => message.id },
    content: { type: 'String', resolve: (message) => message.content },
    contentType: { type: 'String', resolve: (message) => message.contentType },
    created: { type: 'Date', resolve: (message) => platformDate(message.created) },
    createdBy: { type: this.person, resolve: (message) => this.person.of(message.author) },
    updated: { type: 'Date', resolve: (message) => platformDate(message.updated) },
    updatedBy: { type: this.person, resolve: (message) => this.person.of(message.updatedBy) },
    contentUpdated: {
      type: 'Date',
      view: 'EXPERIMENTAL',
      resolve: (message) => platformDate(message.contentUpdated),
    },
    conversation: {
      type: this.conversation,
      view: 'EXPERIMENTAL',
      resolve: (message) => this.conversation.maybe(this.spaceOf(message)),
    },
    softDeleted: { type: 'Boolean', resolve: (message) => message.softDeleted },
    annotations: { type: 'String', resolve: (message) => message.annotations.map((annotation) => annotation.listed) },
    typedAnnotations: {
      type: this.genericAnnotation,
      view: 'TYPED_ANNOTATIONS',
      args: { include: '[String]' },
      resolve: (message) => this.#genericAnnotations(message),
    },
    reactions: {
      type: this.reaction,
      resolve: (message) => [...message.reactions.keys()].map((reaction) => this.reaction.of({ message, reaction })),
    },
  }));

  readonly messages: ObjectType<Page<SimulatedMessage>> = this.#collection('MessageCollection', this.message);

  readonly reaction = new ObjectType<ReactionTally>('Reaction', () => ({
    reaction: { type: 'String', resolve: ({ reaction }) => reaction },
    count: { type: 'Int', resolve: ({ message, reaction }) => message.reactions.get(reaction)?.length ?? 0 },
    viewerHasReacted: {
      type: 'Boolean',
      resolve: ({ message, reaction }) =>
        (message.reactions.get(reaction) ?? []).some(({ by }) => by.id === this.caller.actor.id),
    },
  }));

  readonly reactingUser = new ObjectType<ReactedUser>('ReactingUser', () => ({
    user: { type: this.person, resolve: ({ by }) => this.person.of(by) },
    reacted: { type: 'Date', resolve: ({ at }) => platformDate(at) },
  }));

  readonly reactingUsers = this.#collection('ReactingUserCollection', this.reactingUser);

  readonly genericAnnotation = new ObjectType<Readonly<Record<string, unknown>>>('GenericAnnotation', () => ({
    text: { type: 'String', resolve: (keys) => textAt(keys, 'text') },
    title: { type: 'String', resolve: (keys) => textAt(keys, 'title') },
    color: { type: 'String', resolve: (keys) => textAt(keys, 'color') },
    actor: { type: this.annotationActor, resolve: (keys) => this.annotationActor.maybe(recordAt(keys, 'actor')) },
  }));

  readonly annotationActor = new ObjectType<Readonly<Record<string, unknown>>>('Actor', () => ({
    name: { type: 'String', resolve: (keys) => textAt(keys, 'name') },
    avatar: { type: 'String', resolve: (keys) => textAt(keys, 'avatar') },
    url: { type: 'String', resolve: (keys) => textAt(keys, 'url') },
  }));

  constructor(
    readonly caller: Grant,
    readonly sizes: PageSizes,
    private readonly spaceOf: (message: SimulatedMessage) => SimulatedSpace | undefined,
  ) {}

  /** An error entry whose message is just the number is what a missing permission was seen to give. */
  require(permission: Permission): void {
    if (!this.caller.permissions.includes(permission)) throw new FieldError('403');
  }

  #collection<Item>(name: string, itemType: ObjectType<Item>): ObjectType<Page<Item>> {
    return new ObjectType<Page<Item>>(name, () => ({
      items: { type: itemType, resolve: (page) => page.items.map((item) => itemType.of(item)) },
      pageInfo: { type: this.pageInfo, resolve: (page) => this.pageInfo.of(page) },
      totalCount: { type: 'Int', resolve: (page) => page.totalCount },
    }));
  }

  #genericAnnotations(message: SimulatedMessage): readonly BoundObject[] {
    return message.annotations
      .filter((annotation) => annotation.type === 'generic')
      .map((annotation) => this.genericAnnotation.of(annotation.parsed ?? {}));
  }
}

/** Newest first; both bounds belong to the range. */
function messagesAskedFor(space: SimulatedSpace, args: Arguments): readonly SimulatedMessage[] {
  const oldest = Number(args['oldestTimestamp'] ?? -Infinity);
  const mostRecent = Number(args['mostRecentTimestamp'] ?? Infinity);
  const { includeSoftDeleted, annotationType } = args;
  return space.messages
    .filter(
      (message) =>
        message.created >= oldest &&
        message.created <= mostRecent &&
        (includeSoftDeleted === true || !message.softDeleted) &&
        (annotationType === undefined || message.annotations.some(({ type }) => type === annotationType)),
    )
    .reverse();
}

function emailOf(actor: Actor): string | null {
  return 'email' in actor && typeof actor.email === 'string' ? actor.email : null;
}

function textAt(keys: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = keys[key];
  return typeof value === 'string' ? value : null;
}

function recordAt(keys: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> | undefined {
  const value = keys[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
