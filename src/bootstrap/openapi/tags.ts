import { type TagObject } from '@nestjs/swagger';

/** What the groups of routes are about, in the order in which they are shown. */
export const tags: readonly TagObject[] = [
  { name: 'spaces', description: 'The rooms, teams and conversations that platforms tell of, and who is in them.' },
  { name: 'messages', description: 'What was said: messages with their annotations, reactions, and their history.' },
  { name: 'events', description: 'The change feed: every fact once, in a fixed order, for everything that follows.' },
  {
    name: 'conversations',
    description: 'Conversations with invitations, and acts in them where a platform lets an app act.',
  },
  {
    name: 'posts',
    description:
      'Messages placed in spaces, as the app or in the name of a user, and the ledger of whose name was used.',
  },
  { name: 'grants', description: 'Users who let the app act for them.' },
  { name: 'authorizations', description: 'Organisations that allow an app what it does.' },
  { name: 'connections', description: 'The apps that platforms call, their secrets and their registered webhooks.' },
  { name: 'crm', description: 'Connected CRMs, which records spaces belong to, and what was written there.' },
  { name: 'deliveries', description: 'Raw webhook calls, byte for byte, what is parked, and replays.' },
  { name: 'keys', description: 'The API keys of the tenant.' },
  { name: 'audit', description: 'Who did and read what.' },
  { name: 'jobs', description: 'Calls to platforms that wait, wait for somebody, or were given up.' },
  { name: 'tenant', description: 'What a tenant decides for all of its callers.' },
  { name: 'operations', description: 'Whether the service runs and is ready.' },
];
