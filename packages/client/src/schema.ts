// Made from the OpenAPI document by `npm run api`; not to be changed by hand.
export interface paths {
  '/v1/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who did and read what, newest first */
    get: operations['listAuditRecords'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** API keys, newest first, with those that are no longer valid */
    get: operations['listKeys'];
    put?: never;
    /** Make an API key; its text is in this answer and never shown again */
    post: operations['createKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/keys/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One API key */
    get: operations['getKey'];
    put?: never;
    post?: never;
    /** Refuse an API key from now on; other processes follow within three seconds */
    delete: operations['revokeKey'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/keys/{id}/rotate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Replace an API key by a new one, with a time in which both are valid */
    post: operations['rotateKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connections': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Connections */
    get: operations['listConnections'];
    put?: never;
    /** Register an app of a platform; answers the URL that the platform must call */
    post: operations['createConnection'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connections/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One connection */
    get: operations['getConnection'];
    put?: never;
    post?: never;
    /** Stop taking calls for a connection; what it brought stays */
    delete: operations['removeConnection'];
    options?: never;
    head?: never;
    /** Change a connection, rotate its secrets */
    patch: operations['changeConnection'];
    trace?: never;
  };
  '/v1/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Raw webhook calls, newest first; dead letters by `status=dead-letter` */
    get: operations['listDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/deliveries/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One webhook call, byte for byte */
    get: operations['getDelivery'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/deliveries/{id}/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Translate a webhook call again; adds only what it had not brought yet */
    post: operations['replayDelivery'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replays': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Replay parked calls by a filter, or preview how many it would be */
    post: operations['startReplay'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/replays/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far a bulk replay has come */
    get: operations['getReplay'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The change feed: every fact once, in a fixed order; follow it with `after` */
    get: operations['listEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/events/stream': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The change feed as Server-Sent Events; without `after` it begins at the end */
    get: operations['streamEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cursors': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The places in the feed that consumers have us keep, and how far behind they are */
    get: operations['listCursors'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cursors/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One of them */
    get: operations['getCursor'];
    /** Make one, or move one that stands where you think it does: what is behind it is done */
    put: operations['putCursor'];
    post?: never;
    /** Forget one */
    delete: operations['removeCursor'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/spaces': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Spaces as they are, or as they were */
    get: operations['listSpaces'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/spaces/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One space, as it is or as it was */
    get: operations['getSpace'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/spaces/{id}/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who is in a space, or was */
    get: operations['listMembers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Messages with their annotations, as they are or as they were */
    get: operations['listMessages'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/spaces/{id}/messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Messages of one space, as they are or as they were */
    get: operations['listSpaceMessages'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One message, as it is or as it was */
    get: operations['getMessage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages/{id}/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Everything that happened to a message, its annotations and its reactions */
    get: operations['listMessageHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/annotations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Annotations as they are, or as they were */
    get: operations['listAnnotations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reactions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reactions as they are, or as they were */
    get: operations['listReactions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/spaces/{id}/export': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Everything that a space holds, as one stream that can be gone on with where it was cut */
    get: operations['exportSpace'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/conversations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Conversations and how their invitations went, newest first */
    get: operations['listConversations'];
    put?: never;
    /** Invite somebody to a conversation */
    post: operations['startConversation'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/conversations/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One conversation */
    get: operations['getConversation'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/conversations/{id}/messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Say something in a conversation */
    post: operations['sayInConversation'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/conversations/{id}/accept': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Accept an invitation */
    post: operations['acceptConversation'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/conversations/{id}/decline': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Decline an invitation */
    post: operations['declineConversation'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/conversations/{id}/end': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End a conversation */
    post: operations['endConversation'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/authorizations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Which organisations allow the app what, newest first */
    get: operations['listAuthorizations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/authorizations/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One authorization */
    get: operations['getAuthorization'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/grants': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who lets the app act for them, and whether that still works; newest first */
    get: operations['listGrants'];
    put?: never;
    /** Ask a user to let the app act for them */
    post: operations['startGrant'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/grants/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One grant */
    get: operations['getGrant'];
    put?: never;
    post?: never;
    /** End a grant: nothing is done in the name of the user after the answer */
    delete: operations['revokeGrant'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/posts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Posts, newest first */
    get: operations['listPosts'];
    put?: never;
    /** Say something in a space, as the app or in the name of a user who allowed it */
    post: operations['createPost'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/posts/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One post with every try of it */
    get: operations['getPost'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/delegations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was done in the name of users: a line for every try, newest first */
    get: operations['listDelegations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connections/{id}/registrations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The webhooks that Liaison keeps registered at the platform, as last seen */
    get: operations['listRegistrations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connections/{id}/registrations/check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Compare the webhooks with the platform now, and repair them */
    post: operations['checkRegistrations'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What is still to be done over the network, and what was given up */
    get: operations['listJobs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{id}/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Try a job again now; one that places a post needs the scope `posts:write` besides */
    post: operations['retryJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/tenant': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The caller's tenant: its settings, and how far they have taken effect */
    get: operations['getTenant'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Change the tenant's settings */
    patch: operations['changeTenant'];
    trace?: never;
  };
  '/health/live': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the process runs; the database does not matter here */
    get: operations['getLiveness'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health/ready': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether deliveries can be stored now; 503 when not */
    get: operations['getReadiness'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/crm/connections': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Connected CRMs */
    get: operations['listCrmConnections'];
    put?: never;
    /** Connect an account of a CRM */
    post: operations['createCrmConnection'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/crm/connections/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One connected CRM */
    get: operations['getCrmConnection'];
    put?: never;
    post?: never;
    /** Stop keeping a CRM in step; what stands there stays */
    delete: operations['removeCrmConnection'];
    options?: never;
    head?: never;
    /** Change a connected CRM, rotate its secrets */
    patch: operations['changeCrmConnection'];
    trace?: never;
  };
  '/v1/crm/connections/{id}/health': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far a connected CRM is in step */
    get: operations['getCrmHealth'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/crm/links': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Which spaces belong to which records, newest first */
    get: operations['listCrmLinks'];
    put?: never;
    /** Say that a space belongs to a record of a CRM; its conversation is kept there from then on */
    post: operations['createCrmLink'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/crm/links/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One link */
    get: operations['getCrmLink'];
    put?: never;
    post?: never;
    /** Undo a link; what it brought to the CRM is taken back unless it shall stay */
    delete: operations['removeCrmLink'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/crm/changes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was written to CRMs, what waits, what failed and why */
    get: operations['listCrmChanges'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/crm/changes/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One change with its last tries */
    get: operations['getCrmChange'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/crm/changes/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Make the changes again that failed */
    post: operations['retryCrmChanges'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/crm/changes/{id}/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Make one change again now, even if somebody took its entry away in the CRM */
    post: operations['retryCrmChange'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Our acts in conversations and what became of them, newest first */
    get: operations['listOperations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    AuditRecordDto: {
      /** Format: uuid */
      id: string;
      /** Format: date-time */
      at: string;
      /** @description Who: `key:<id>`, `jwt:<subject>`, `bootstrap` or `command line`. */
      subject: string;
      act: string;
      /**
       * @description An act has a record when it begins and one when it has ended.
       * @enum {string}
       */
      outcome: 'begun' | 'done' | 'refused' | 'failed';
      /** @description The code of the problem that it ended with. */
      reason: string | null;
      /** @description Ids of what it was about. */
      targets: string[];
      /** @description The filter of a read, the way of an act. */
      parameters: {
        [key: string]: unknown;
      };
      /** @description How many things an answer with a list held. */
      items: number | null;
      /**
       * Format: uuid
       * @description The `instance` of errors and the `X-Request-Id` of answers.
       */
      requestId: string;
      /** @description Where it came from, as far as proxies are trusted. */
      address: string | null;
    };
    AuditPage: {
      items: components['schemas']['AuditRecordDto'][];
      nextCursor: string | null;
    };
    CreateKey: {
      name: string;
      scopes: ('events:read' | 'posts:write' | 'crm:write' | 'connections:write' | 'admin')[];
      /**
       * Format: date-time
       * @description When it stops being taken; never, or with your own key.
       */
      expiresAt?: string;
      /** @description In place of the limit of all keys. */
      requestsPerMinute?: number;
    };
    MadeKeyDto: {
      id: string;
      name: string;
      scopes: ('events:read' | 'posts:write' | 'crm:write' | 'connections:write' | 'admin')[];
      /** @enum {string} */
      state: 'valid' | 'expired' | 'revoked';
      /** Format: date-time */
      createdAt: string;
      /** @description Who made it, as in the audit log. */
      createdBy: string | null;
      /** Format: date-time */
      expiresAt: string | null;
      /** Format: date-time */
      revokedAt: string | null;
      /**
       * Format: date-time
       * @description Exact to a minute.
       */
      lastUsedAt: string | null;
      /** @description Null: the limit of all keys. */
      requestsPerMinute: number | null;
      /** @description The key that this one took the place of. */
      replaces: string | null;
      /** @description What to send as `Authorization: Bearer`. Shown this once and never again. */
      key: string;
    };
    KeyDto: {
      id: string;
      name: string;
      scopes: ('events:read' | 'posts:write' | 'crm:write' | 'connections:write' | 'admin')[];
      /** @enum {string} */
      state: 'valid' | 'expired' | 'revoked';
      /** Format: date-time */
      createdAt: string;
      /** @description Who made it, as in the audit log. */
      createdBy: string | null;
      /** Format: date-time */
      expiresAt: string | null;
      /** Format: date-time */
      revokedAt: string | null;
      /**
       * Format: date-time
       * @description Exact to a minute.
       */
      lastUsedAt: string | null;
      /** @description Null: the limit of all keys. */
      requestsPerMinute: number | null;
      /** @description The key that this one took the place of. */
      replaces: string | null;
    };
    KeyPage: {
      items: components['schemas']['KeyDto'][];
      nextCursor: string | null;
    };
    RotateKey: {
      /**
       * @description How long the old key stays valid beside the new one.
       * @default 86400
       */
      overlapSeconds: number;
    };
    CreateConnection: {
      /** @description One of the platforms that this Liaison serves. */
      platform: string;
      name: string;
      /** @description Depends on the platform. */
      settings: {
        [key: string]: unknown;
      };
      /** @description Depends on the platform. Secrets go in and never come out. */
      secrets: {
        [key: string]: unknown;
      };
    };
    WebhookSecretDto: {
      /** Format: uuid */
      id: string;
      /** Format: date-time */
      from: string | null;
      /** Format: date-time */
      until: string | null;
    };
    ConnectionSecretsDto: {
      /** @description The names of the other secrets that are stored. */
      names: string[];
      webhookSecrets: components['schemas']['WebhookSecretDto'][];
    };
    ConnectionDto: {
      /** Format: uuid */
      id: string;
      /** @description One of the platforms that this Liaison serves. */
      platform: string;
      name: string;
      settings: {
        [key: string]: unknown;
      };
      /** @description What is stored, never the secrets themselves. */
      secrets: components['schemas']['ConnectionSecretsDto'];
      /** @description Where the platform must call us. */
      webhookUrl: string;
      /** @description Whether the connection comes from the declaration file and is changed only there. */
      declared: boolean;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      updatedAt: string;
    };
    ConnectionPage: {
      items: components['schemas']['ConnectionDto'][];
      nextCursor: string | null;
    };
    ChangeConnection: {
      name?: string;
      /** @description Merged into the stored settings. */
      settings?: {
        [key: string]: unknown;
      };
      /** @description Secrets not named stay. `webhookSecrets` replaces the list; `{id}` keeps a stored one. */
      secrets?: {
        [key: string]: unknown;
      };
    };
    DeliveryDto: {
      /** Format: uuid */
      id: string;
      platform: string;
      /** Format: uuid */
      connectionId: string;
      /** Format: date-time */
      receivedAt: string;
      /** @enum {string} */
      status: 'waiting' | 'translated' | 'unrecognized' | 'dead-letter';
      /** @description Why it is parked. */
      reason: string | null;
      detail: string | null;
      /** @description What orders it: the platform's id of the space, or empty. */
      laneKey: string;
      /** @description What vouches for it. */
      signatureScheme: string;
      platformIndex: number | null;
      retryCount: number | null;
      /** @description Bytes of the body. */
      size: number;
      /** @description SHA-256 of the body as received, hex: what to compare a copy with. */
      sha256: string;
      headers: {
        [key: string]: string;
      };
    };
    DeliveryPage: {
      items: components['schemas']['DeliveryDto'][];
      nextCursor: string | null;
    };
    DeliveryDetailDto: {
      /** Format: uuid */
      id: string;
      platform: string;
      /** Format: uuid */
      connectionId: string;
      /** Format: date-time */
      receivedAt: string;
      /** @enum {string} */
      status: 'waiting' | 'translated' | 'unrecognized' | 'dead-letter';
      /** @description Why it is parked. */
      reason: string | null;
      detail: string | null;
      /** @description What orders it: the platform's id of the space, or empty. */
      laneKey: string;
      /** @description What vouches for it. */
      signatureScheme: string;
      platformIndex: number | null;
      retryCount: number | null;
      /** @description Bytes of the body. */
      size: number;
      /** @description SHA-256 of the body as received, hex: what to compare a copy with. */
      sha256: string;
      headers: {
        [key: string]: string;
      };
      /**
       * Format: byte
       * @description The body as received, base64.
       */
      body: string;
    };
    ReplayResultDto: {
      /** Format: uuid */
      deliveryId: string;
      /** @enum {string} */
      outcome: 'waiting' | 'translated' | 'unrecognized' | 'dead-letter';
      reason: string | null;
      /** @description Events that it had not brought before. */
      eventsAppended: number;
    };
    ReplayFilterDto: {
      /** @enum {string} */
      kind?: 'dead-letter' | 'unrecognized';
      /** Format: uuid */
      connectionId?: string;
      reason?: string;
      /**
       * Format: date-time
       * @description Received at or after.
       */
      since?: string;
      /**
       * Format: date-time
       * @description Received before.
       */
      until?: string;
    };
    CreateReplay: {
      /** @description Which parked deliveries; all of them without a filter. */
      filter?: components['schemas']['ReplayFilterDto'];
      /**
       * @description Only say how many it would be.
       * @default false
       */
      preview: boolean;
    };
    ReplayDto: {
      /**
       * Format: uuid
       * @description Null in a preview.
       */
      id: string | null;
      /** @enum {string} */
      state: 'preview' | 'running' | 'finished';
      /** @description How many parked deliveries match. */
      count: number;
      replayed: number;
      stillParked: number;
    };
    EventDto: {
      /** Format: uuid */
      id: string;
      /** @description Send it as `after` to go on behind this event. */
      cursor: string;
      /** @enum {string} */
      type:
        | 'message.created'
        | 'message.fetched'
        | 'message.edited'
        | 'message.deleted'
        | 'message.failed'
        | 'message.unavailable'
        | 'annotation.added'
        | 'annotation.edited'
        | 'annotation.removed'
        | 'reaction.added'
        | 'reaction.removed'
        | 'member.joined'
        | 'member.updated'
        | 'member.left'
        | 'space.updated'
        | 'space.migrated'
        | 'space.deleted'
        | 'conversation.started'
        | 'conversation.updated'
        | 'conversation.ended'
        | 'invitation.received'
        | 'invitation.sent'
        | 'invitation.accepted'
        | 'invitation.declined'
        | 'invitation.failed'
        | 'authorization.granted'
        | 'authorization.revoked'
        | 'activity.reported'
        | 'crm.record.changed'
        | 'crm.record.deleted';
      platform: string;
      /** Format: uuid */
      connectionId: string;
      /**
       * Format: uuid
       * @description The webhook call that told it.
       */
      deliveryId: string;
      /**
       * Format: uuid
       * @description Null for facts that concern no space.
       */
      spaceId: string | null;
      /** Format: uuid */
      messageId: string | null;
      /**
       * Format: uuid
       * @description What it is about: a message, a member, a space, a conversation, …
       */
      subjectId: string;
      /**
       * Format: date-time
       * @description When it was so at the source.
       */
      occurredAt: string;
      /**
       * Format: date-time
       * @description When we learned it.
       */
      learnedAt: string;
      data: {
        [key: string]: unknown;
      };
    };
    EventFeedPage: {
      items: components['schemas']['EventDto'][];
      /** @description Where to go on. Also set at the end of the feed, so that a follower keeps its place. */
      nextCursor: string;
      /** @description Whether nothing more was there. False on a page with few or no items means that more must be looked at: ask again at once. */
      atEnd: boolean;
      /** @description Where this page begins; the `expected` of the acknowledgement of a named cursor. */
      after: string;
    };
    NamedCursorDto: {
      name: string;
      /** @description Everything up to here is done. */
      cursor: string;
      /** @description How many events of the tenant lie behind it; no more than 1,000 are counted. */
      unread: number;
      /** @description Whether there are more than were counted. */
      unreadIsMore: boolean;
      /**
       * Format: double
       * @description How many seconds ago we learned the first of them.
       */
      oldestUnreadAgeSeconds: number | null;
      /** @description Who moved it last: `key:<id>`, `jwt:<subject>` or `bootstrap`. */
      movedBy: string;
      /** Format: date-time */
      movedAt: string;
      /** Format: date-time */
      createdAt: string;
    };
    NamedCursorPage: {
      items: components['schemas']['NamedCursorDto'][];
      nextCursor: string | null;
    };
    PutNamedCursor: {
      /** @description Everything up to here is done: a cursor of the feed, or `beginning` or `end`. */
      cursor: string;
      /** @description Where the cursor must stand for this to be done: the `after` of the page that was worked on. Null makes a new one. */
      expected: string | null;
    };
    TotalDto: {
      count: number;
      /** @description False where there are more than were counted. */
      isExact: boolean;
    };
    SpaceDto: {
      /** Format: uuid */
      id: string;
      platform: string;
      /** Format: uuid */
      connectionId: string;
      externalId: string;
      title: string | null;
      /** @description The platform's id of the organisation, where it tells it. */
      organizationId: string | null;
      description: string | null;
      visibility: string | null;
      allowGuests: boolean | null;
      /** @description The id of the platform's status value. */
      statusValue: string | null;
      /** @description Keyed by the platform's property id. */
      properties: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      firstSeenAt: string;
      /** Format: date-time */
      lastEventAt: string;
      /** Format: date-time */
      deletedAt: string | null;
    };
    SpacePage: {
      /** @description How many there are on all pages; with `count=true` only. */
      total?: components['schemas']['TotalDto'];
      items: components['schemas']['SpaceDto'][];
      nextCursor: string | null;
    };
    MemberDto: {
      /** Format: uuid */
      id: string;
      platform: string;
      /** Format: uuid */
      connectionId: string;
      /** Format: uuid */
      spaceId: string;
      /** @description The platform's id of the person or app. */
      externalId: string;
      displayName: string | null;
      /** @description Where the platform tells it. */
      email: string | null;
      /** @description The platform's word, for example `moderator`. */
      role: string | null;
      /** Format: date-time */
      joinedAt: string | null;
      /**
       * Format: date-time
       * @description Set for those who have left.
       */
      leftAt: string | null;
    };
    MemberPage: {
      /** @description How many there are on all pages; with `count=true` only. */
      total?: components['schemas']['TotalDto'];
      items: components['schemas']['MemberDto'][];
      nextCursor: string | null;
    };
    ConversationReference: {
      externalId: string;
      type: string | null;
    };
    AuthorDto: {
      /** @description The platform's id of the person, app or service. */
      externalId: string;
      displayName: string | null;
    };
    AnnotationDto: {
      /** Format: uuid */
      id: string;
      platform: string;
      /** Format: uuid */
      connectionId: string;
      externalId: string;
      /** Format: uuid */
      spaceId: string;
      /** Format: uuid */
      messageId: string | null;
      type: string | null;
      /** @description The payload as JSON, or null where it is none. */
      payload:
        | {
            [key: string]: unknown;
          }
        | unknown[]
        | string
        | number
        | boolean
        | null;
      /** @description The payload exactly as the platform wrote it. */
      rawPayload: string | null;
      author: components['schemas']['AuthorDto'] | null;
      /** Format: date-time */
      addedAt: string | null;
      /** Format: date-time */
      updatedAt: string | null;
    };
    MarkDto: {
      /** @description Of the first character, in UTF-16 code units of the passage. */
      start: number;
      /** @description Behind the last character. */
      end: number;
    };
    PassageDto: {
      /** @description Plain text as somebody wrote it: escape it before it becomes part of a page. */
      text: string;
      marks: components['schemas']['MarkDto'][];
    };
    HighlightDto: {
      /**
       * Format: uuid
       * @description Null for the message's own content.
       */
      annotationId: string | null;
      /** @description At most three. */
      passages: components['schemas']['PassageDto'][];
    };
    MessageDto: {
      /** Format: uuid */
      id: string;
      platform: string;
      /** Format: uuid */
      connectionId: string;
      externalId: string;
      /** Format: uuid */
      spaceId: string;
      conversation: components['schemas']['ConversationReference'] | null;
      author: components['schemas']['AuthorDto'] | null;
      /** @description Null once the message is deleted, and while the platform has not given us its text. */
      content: string | null;
      /**
       * @description Why the platform does not give us the text, where it told us so.
       * @enum {string|null}
       */
      unavailable: 'gone' | 'refused' | null;
      contentType: string | null;
      /**
       * Format: date-time
       * @description Null while only later facts are known.
       */
      createdAt: string | null;
      /** Format: date-time */
      editedAt: string | null;
      /** Format: date-time */
      deletedAt: string | null;
      /**
       * Format: date-time
       * @description When a message of ours turned out not to have reached its readers.
       */
      failedAt: string | null;
      /** @description How many facts about the message itself are known: creation, edits, deletion. */
      revision: number;
      annotations: components['schemas']['AnnotationDto'][];
      /** @description Where the words of `q` stand; with `highlight=true` only. */
      highlights?: components['schemas']['HighlightDto'][];
    };
    MessagePage: {
      /** @description How many there are on all pages; with `count=true` only. */
      total?: components['schemas']['TotalDto'];
      items: components['schemas']['MessageDto'][];
      nextCursor: string | null;
    };
    EventPage: {
      items: components['schemas']['EventDto'][];
      nextCursor: string | null;
    };
    AnnotationPage: {
      /** @description How many there are on all pages; with `count=true` only. */
      total?: components['schemas']['TotalDto'];
      items: components['schemas']['AnnotationDto'][];
      nextCursor: string | null;
    };
    ReactionDto: {
      /** Format: uuid */
      id: string;
      platform: string;
      /** Format: uuid */
      connectionId: string;
      /** @description Message, user and reaction, which together are all the identity a reaction has. */
      externalId: string;
      /** Format: uuid */
      spaceId: string;
      /** Format: uuid */
      messageId: string;
      author: components['schemas']['AuthorDto'];
      reaction: string;
      /** Format: date-time */
      addedAt: string | null;
    };
    ReactionPage: {
      /** @description How many there are on all pages; with `count=true` only. */
      total?: components['schemas']['TotalDto'];
      items: components['schemas']['ReactionDto'][];
      nextCursor: string | null;
    };
    InvitationDto: {
      externalId: string;
      /** @description The platform's word for its kind. */
      type: string;
      /** @enum {string} */
      state: 'received' | 'sent' | 'accepted' | 'declined' | 'failed';
      /** @enum {string|null} */
      direction: 'incoming' | 'outgoing' | null;
      /** @description Why it was declined or failed, in the platform's words. */
      reason:
        | {
            [key: string]: unknown;
          }
        | unknown[]
        | string
        | number
        | boolean
        | null;
    };
    ConversationDto: {
      /** Format: uuid */
      id: string;
      platform: string;
      /** Format: uuid */
      connectionId: string;
      externalId: string;
      /** Format: uuid */
      spaceId: string;
      /** @description The platform's word, for example `Connected`. */
      state: string | null;
      subject: string | null;
      importance: string | null;
      threadId: string | null;
      modalities: string[];
      invitation: components['schemas']['InvitationDto'] | null;
      /** Format: date-time */
      startedAt: string | null;
      /** Format: date-time */
      endedAt: string | null;
    };
    ConversationPage: {
      items: components['schemas']['ConversationDto'][];
      nextCursor: string | null;
    };
    StartConversation: {
      /** @description Your name for the act, new for each; one is made where you give none. */
      operationId?: string;
      /** @description Which of the app's own addresses acts, for example `sip:helpdesk@contoso.example`. */
      endpoint: string;
      /** Format: uuid */
      connectionId: string;
      /** @description Who is invited: a sip or tel address. */
      to: string;
      subject?: string;
      /** @enum {string} */
      importance?: 'Normal' | 'Urgent' | 'Emergency';
      /** @description A text that comes back with every call of the conversation. */
      callbackContext?: string;
    };
    TakenActDto: {
      /** @description Find what became of it in `/v1/operations`, and its facts in the change feed. */
      operationId: string;
    };
    SayInConversation: {
      /** @description Your name for the act, new for each; one is made where you give none. */
      operationId?: string;
      /** @description Which of the app's own addresses acts, for example `sip:helpdesk@contoso.example`. */
      endpoint: string;
      content: string;
      /**
       * @default text/plain
       * @enum {string}
       */
      contentType: 'text/plain' | 'text/html';
    };
    ActInConversation: {
      /** @description Which of the app's own addresses acts, for example `sip:helpdesk@contoso.example`. */
      endpoint: string;
    };
    AuthorizationDto: {
      /** Format: uuid */
      id: string;
      platform: string;
      /** Format: uuid */
      connectionId: string;
      /** @description The platform's id of the app. */
      applicationId: string;
      /** @description The platform's id of the organisation that authorized it. */
      organizationId: string;
      /** @enum {string} */
      state: 'active' | 'revoked';
      friendlyId: string | null;
      /** @description The platform's id of who gave the consent. */
      authorizedBy: string | null;
      /**
       * Format: date-time
       * @description As the platform wrote it.
       */
      authorizedAt: string | null;
      scopes: string[];
      siteNames: string[];
      adminSiteNames: string[];
      /**
       * @description Whether we hold tokens of the organisation.
       * @enum {string}
       */
      tokens: 'held' | 'missing' | 'erased';
      /** Format: date-time */
      tokensExpireAt: string | null;
      /** Format: date-time */
      grantedAt: string | null;
      /**
       * Format: date-time
       * @description The last revocation, if any.
       */
      revokedAt: string | null;
      /** @description Everything that the platform said with the last report. */
      details:
        | {
            [key: string]: unknown;
          }
        | unknown[]
        | string
        | number
        | boolean
        | null;
    };
    AuthorizationPage: {
      items: components['schemas']['AuthorizationDto'][];
      nextCursor: string | null;
    };
    StartGrant: {
      /** Format: uuid */
      connectionId: string;
      /** @description What is asked for; the platform's usual scopes if absent. */
      scopes?: string[];
      /**
       * Format: uuid
       * @description A grant of this connection that has lost its tokens, or soon will.
       */
      reconnect?: string;
    };
    StartedGrantDto: {
      /** Format: uuid */
      id: string;
      /** @description Send the user there, within ten minutes; it serves once. */
      authorizeUrl: string;
    };
    GrantSubjectDto: {
      externalId: string;
      displayName: string | null;
      email: string | null;
    };
    GrantDto: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      connectionId: string;
      /** @enum {string} */
      state: 'pending' | 'active' | 'needs-reauthorization' | 'revoked' | 'denied' | 'failed';
      /**
       * @description As `state`; `expiring` within a week of the end of the refresh token.
       * @enum {string}
       */
      health: 'pending' | 'active' | 'expiring' | 'needs-reauthorization' | 'revoked' | 'denied' | 'failed';
      /** @description Why it is not active: a fixed word. */
      reason: string | null;
      /** @description Who consented. */
      subject: components['schemas']['GrantSubjectDto'] | null;
      scopes: string[];
      /** @description Which caller asked for it. */
      requestedBy: string;
      /** @description Send the user there to make it active again. */
      reconnectUrl: string | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      activatedAt: string | null;
      /** Format: date-time */
      renewedAt: string | null;
      /** Format: date-time */
      refreshExpiresAt: string | null;
      /**
       * Format: date-time
       * @description After this instant nothing is done in the name of the user.
       */
      revokedAt: string | null;
    };
    GrantPage: {
      items: components['schemas']['GrantDto'][];
      nextCursor: string | null;
    };
    CreatePost: {
      /** Format: uuid */
      connectionId: string;
      /** Format: uuid */
      spaceId: string;
      /** @description `app`, or `{user}` with the platform's id of a user who allowed the app to post in their name. */
      as:
        | 'app'
        | {
            user: string;
          };
      /** @description The words, without markup. */
      text: string;
      /** @description The same in the platform's own markdown. */
      markdown?: string;
      /** @description The same in HTML, where the platform takes it. */
      html?: string;
      /** @description A card in the platform's own form, where it takes cards. */
      card?: {
        [key: string]: unknown;
      };
      /** @description A title, where the platform shows one. */
      title?: string;
      /**
       * Format: uuid
       * @description Our id of the message that it answers.
       */
      replyTo?: string;
      /** @description Which of the app's own addresses posts (Skype for Business). */
      endpoint?: string;
    };
    PostAttemptDto: {
      /** @description From 1. */
      number: number;
      /** Format: date-time */
      startedAt: string;
      /** Format: date-time */
      endedAt: string | null;
      /**
       * @description Nothing while it is under way.
       * @enum {string|null}
       */
      outcome: 'sent' | 'refused' | 'unavailable' | 'unauthorized' | 'unknown' | null;
      /** @description A fixed word. */
      reason: string | null;
    };
    PostDto: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      connectionId: string;
      platform: string;
      /** Format: uuid */
      spaceId: string;
      /** @enum {string} */
      state: 'queued' | 'sending' | 'unknown' | 'sent' | 'failed' | 'parked';
      /** @description Why it failed or waits: a fixed word. */
      reason: string | null;
      /** @description The platform's own words for a refusal. */
      platformMessage: string | null;
      /** @description `app`, or `{user}` with the platform's id of a user who allowed the app to post in their name. */
      as:
        | 'app'
        | {
            user: string;
          };
      /**
       * Format: uuid
       * @description By which consent.
       */
      grantId: string | null;
      /** @description With which organisation's token the app posts: the platform's id, in one spelling. */
      organizationId: string | null;
      /** @description What was asked to be said. */
      content: {
        [key: string]: unknown;
      };
      /** Format: uuid */
      replyTo: string | null;
      endpoint: string | null;
      /** @description The platform's id of the message. */
      externalId: string | null;
      /**
       * Format: uuid
       * @description Once the platform told us of it.
       */
      messageId: string | null;
      attempts: components['schemas']['PostAttemptDto'][];
      /** @description Who asked for it: `key:<id>`, `jwt:<subject>` or `bootstrap`. */
      requestedBy: string;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      sentAt: string | null;
    };
    PostPage: {
      items: components['schemas']['PostDto'][];
      nextCursor: string | null;
    };
    DelegationDto: {
      /** Format: uuid */
      id: string;
      /**
       * Format: uuid
       * @description The consent that it was done by.
       */
      grantId: string;
      /** Format: uuid */
      connectionId: string;
      /** @description In whose name: the platform's id of the user. */
      subject: string;
      /** @enum {string} */
      act: 'post';
      /** Format: uuid */
      postId: string;
      /** @description Which try of the post. */
      attempt: number;
      /** @description What the consent covered at that moment. */
      scopes: string[];
      /** @description Who asked for it: `key:<id>`, `jwt:<subject>` or `bootstrap`. */
      requestedBy: string;
      /** @description By which rule it was allowed: the route that was called and the scope that it needs. */
      rule: string;
      /** @description Names of the request: its idempotency key and its hash, and where it went. */
      evidence: {
        [key: string]: unknown;
      };
      /**
       * Format: date-time
       * @description Just before the platform was called.
       */
      at: string;
    };
    DelegationPage: {
      items: components['schemas']['DelegationDto'][];
      nextCursor: string | null;
    };
    RegistrationDto: {
      /** Format: uuid */
      id: string;
      /** @description The platform's word. */
      resource: string;
      /** @description The platform's word. */
      event: string;
      filter: string | null;
      /** @enum {string} */
      ownedBy: 'creator' | 'org';
      /** @description The platform's id of the webhook. */
      externalId: string | null;
      /**
       * @description `inactive`: switched off at the platform; `missing`: not there; `foreign`: calls this connection, but is not ours and is left alone; `blocked`: waits for somebody, see `problem`.
       * @enum {string}
       */
      status: 'active' | 'inactive' | 'missing' | 'foreign' | 'blocked';
      /** @description Why it is not active: a fixed word. */
      problem: string | null;
      /** Format: date-time */
      checkedAt: string;
      /** Format: date-time */
      activeSince: string | null;
      /**
       * Format: date-time
       * @description When we last switched it on again.
       */
      reactivatedAt: string | null;
      /** @description Repairs and refusals since it last worked for a quarter of an hour. */
      repairs: number;
      /** Format: date-time */
      nextRepairAt: string | null;
    };
    RegistrationPage: {
      items: components['schemas']['RegistrationDto'][];
      nextCursor: string | null;
    };
    JobDto: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      connectionId: string;
      /** @description What is done, for example `hydrate`. */
      kind: string;
      /** @description What it is about. */
      key: string;
      /**
       * @description `parked` waits for a change of its connection, `failed` was given up; what is done is not listed.
       * @enum {string}
       */
      state: 'waiting' | 'parked' | 'failed';
      attempts: number;
      /** @description Why the last try did not work: a fixed word. */
      lastReason: string | null;
      /**
       * Format: date-time
       * @description When it is tried next, while it waits; later where its connection rests.
       */
      runAt: string;
      /** Format: date-time */
      createdAt: string;
    };
    JobPage: {
      items: components['schemas']['JobDto'][];
      nextCursor: string | null;
    };
    SearchIndexDto: {
      /** @enum {string} */
      state: 'ready' | 'reindexing';
      /** @description Messages that have been looked at since the language was changed, newest first. */
      done: number;
      /** @description Messages that there are; null until they are counted. */
      total: number | null;
      /**
       * Format: date-time
       * @description When the language was chosen.
       */
      changedAt: string | null;
      /**
       * Format: date-time
       * @description When every message was indexed in it.
       */
      reindexedAt: string | null;
    };
    TenantDto: {
      id: string;
      /** @description In which language words are searched. */
      searchLanguage: string;
      searchIndex: components['schemas']['SearchIndexDto'];
    };
    ChangeTenant: {
      /** @description A text search configuration of the database, such as `english`, `german` or `simple`. */
      searchLanguage: string;
    };
    HealthDto: {
      /** @enum {string} */
      status: 'ok' | 'unavailable';
      /** @description Why not: a fixed word. */
      reason?: string;
    };
    CrmHealthDto: {
      /** @description Changes that wait, or are being made. */
      pending: number;
      /**
       * Format: date-time
       * @description Since when the oldest of them waits.
       */
      pendingSince: string | null;
      /** @description Changes of unknown outcome, which are looked for in the CRM. */
      unknown: number;
      /** @description Changes that failed and wait for somebody. */
      failed: number;
      /** Format: date-time */
      lastSyncedAt: string | null;
      /**
       * Format: date-time
       * @description Until when the CRM is left alone.
       */
      pausedUntil: string | null;
      /** @description Why it is left alone, or what the work waits for. */
      reason: string | null;
    };
    RecordReferenceDto: {
      /** @enum {string} */
      kind: 'account' | 'contact' | 'opportunity' | 'case';
      /** @description The CRM's own id of the record. */
      externalId: string;
    };
    CreateCrmLink: {
      /**
       * Format: uuid
       * @description The CRM connection.
       */
      connectionId: string;
      /** Format: uuid */
      spaceId: string;
      record: components['schemas']['RecordReferenceDto'];
      /**
       * Format: date-time
       * @description From when on the conversation belongs there; from the beginning of today (UTC) unless said.
       */
      since?: string;
      /**
       * @description Whether the space is told when the record is made, moves on or ends.
       * @default true
       */
      tells: boolean;
    };
    CrmLinkDto: {
      /** Format: uuid */
      id: string;
      /**
       * Format: uuid
       * @description The CRM connection.
       */
      connectionId: string;
      /** Format: uuid */
      spaceId: string;
      record: components['schemas']['RecordReferenceDto'];
      /** @enum {string} */
      state: 'suggested' | 'active' | 'removed';
      /** @description What it was made for: `by-hand`, or the rule that found it. */
      reason: string;
      /**
       * Format: double
       * @description How sure that is.
       */
      confidence: number;
      /** @description What speaks for it. */
      evidence:
        | {
            [key: string]: unknown;
          }
        | unknown[]
        | string
        | number
        | boolean
        | null;
      /**
       * Format: date-time
       * @description From when on the conversation belongs there.
       */
      since: string;
      /** @description Whether the space is told when the record is made, moves on or ends. */
      tells: boolean;
      madeBy: string;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      removedAt: string | null;
    };
    CrmLinkPage: {
      items: components['schemas']['CrmLinkDto'][];
      nextCursor: string | null;
    };
    CrmChangeAttemptDto: {
      number: number;
      /** @enum {string} */
      act: 'create' | 'change' | 'remove' | 'none';
      /** Format: date-time */
      startedAt: string;
      /** Format: date-time */
      endedAt: string | null;
      outcome: string | null;
      reason: string | null;
    };
    CrmChangeDto: {
      /** Format: uuid */
      id: string;
      /** @description The CRM. */
      platform: string;
      /** Format: uuid */
      connectionId: string;
      /** @description The CRM's id of the entry, once it is there. */
      externalId: string | null;
      /** Format: uuid */
      linkId: string;
      /** Format: uuid */
      spaceId: string;
      record: components['schemas']['RecordReferenceDto'];
      /** @description Our name for the entry, which the CRM keeps. */
      key: string;
      /** @enum {string} */
      form: 'note' | 'task' | 'activity';
      /**
       * Format: date
       * @description The day of the conversation, in UTC.
       */
      day: string;
      /** @enum {string} */
      state: 'pending' | 'sending' | 'unknown' | 'synced' | 'skipped' | 'failed';
      reason: string | null;
      /**
       * @description Whose a failure is.
       * @enum {string|null}
       */
      fault: 'ours' | 'theirs' | 'data' | null;
      /** @description The CRM's own words. */
      crmMessage: string | null;
      /**
       * Format: uuid
       * @description The last event that it follows from.
       */
      eventId: string | null;
      /**
       * Format: date-time
       * @description When it was last asked for.
       */
      wantedAt: string;
      /** Format: date-time */
      syncedAt: string | null;
      /** @description The last tries, newest first; ten at most. */
      attempts: components['schemas']['CrmChangeAttemptDto'][];
    };
    CrmChangePage: {
      items: components['schemas']['CrmChangeDto'][];
      nextCursor: string | null;
    };
    RetryCrmChanges: {
      /** Format: uuid */
      connectionId?: string;
      /**
       * @description Only those that failed for this.
       * @enum {string}
       */
      fault?: 'ours' | 'theirs' | 'data';
    };
    RetriedCrmChangesDto: {
      /** @description How many that had failed are made again. */
      retried: number;
    };
    FailureDto: {
      code: string;
      subcode?: string;
      message?: string;
    };
    OperationDto: {
      /** Format: uuid */
      id: string;
      /** @description The name of the act; the facts of the act repeat it. */
      operationId: string;
      /** Format: uuid */
      connectionId: string;
      /**
       * @description `asked` left us and was not answered yet, `running` was taken by the platform.
       * @enum {string}
       */
      state: 'asked' | 'running' | 'succeeded' | 'failed';
      /** @description The platform's id of what it made. */
      externalId: string | null;
      reason: components['schemas']['FailureDto'] | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      updatedAt: string;
    };
    OperationPage: {
      items: components['schemas']['OperationDto'][];
      nextCursor: string | null;
    };
    /** @description Problem details (RFC 9457). What the codes mean and what to do: docs/problems.md. */
    Problem: {
      /**
       * Format: uri
       * @description A URN that ends in the code; the codes are stable.
       */
      type: string;
      /** @description The name of the status. */
      title: string;
      status: number;
      /** @description For people; it may change. */
      detail: string;
      /**
       * Format: uri
       * @description The request's id, which our log lines carry too.
       */
      instance: string;
      /** @description Each wrong place in the input. */
      errors?: {
        /** @description A JSON pointer, or the name of a header. */
        pointer: string;
        /** @description What would be right. */
        detail: string;
      }[];
    };
  };
  responses: {
    /** @description The input breaks a rule; `errors` names each place. */
    BadRequest: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description No valid credential. */
    NotAuthenticated: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        /** @description How to authenticate. */
        'WWW-Authenticate'?: string;
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The credential lacks the scope of the route. */
    ScopeMissing: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description There is no such thing for this tenant. */
    NotFound: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The Accept header allows nothing that could be answered. */
    NotAcceptable: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description It contradicts what is there. */
    Conflict: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The body has more than 256 kB. */
    BodyTooLarge: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The path with its query has more than 8,000 characters. */
    UriTooLong: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The body has another media type or encoding than the route takes. */
    UnsupportedMediaType: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Too many requests for now. */
    TooManyRequests: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        'Retry-After': components['headers']['RetryAfter'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Our fault; quote the `instance` when you report it. */
    Internal: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description A platform could not be reached, or did not answer as it should. */
    UpstreamFailed: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The database cannot be asked now. */
    Unavailable: {
      headers: {
        'X-Request-Id': components['headers']['RequestId'];
        'Retry-After': components['headers']['RetryAfter'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
  };
  parameters: {
    /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
    Fields: string;
    /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
    IfNoneMatch: string;
  };
  requestBodies: never;
  headers: {
    /** @description The id of the request: the one that was sent, where it is a UUID. Our log lines carry it. */
    RequestId: string;
    /** @description A weak tag of the answer; see `If-None-Match`. */
    ETag: string;
    /** @description Seconds after which another try makes sense. */
    RetryAfter: number;
    /** @description How many requests are left and when the count begins anew, where there is a limit. */
    RateLimit: string;
    /** @description The preference that was honoured (RFC 7240). */
    PreferenceApplied: string;
  };
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  listAuditRecords: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        /** @description Who: `key:<id>`, `jwt:<subject>`, `bootstrap`. */
        subject?: string;
        /** @description What, in full, or its noun with a dot (`keys.`). */
        act?: string;
        outcome?: 'begun' | 'done' | 'refused' | 'failed';
        /** @description The id of what it was about. */
        target?: string;
        /** @description All records of one request. */
        requestId?: string;
        /** @description At or after. */
        since?: string;
        /** @description Before. */
        until?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AuditPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listKeys: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeyPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  createKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateKey'];
      };
    };
    responses: {
      /** @description Made. */
      201: {
        headers: {
          /** @description Where it is to be read. */
          Location?: string;
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MadeKeyDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getKey: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeyDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  revokeKey: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  rotateKey: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['RotateKey'];
      };
    };
    responses: {
      /** @description Made. */
      201: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MadeKeyDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listConnections: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectionPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  createConnection: {
    parameters: {
      query?: never;
      header?: {
        /** @description `return=minimal` for an answer without a body, `return=representation` for the one that there is otherwise (RFC 7240). */
        Prefer?: 'return=minimal' | 'return=representation';
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateConnection'];
      };
    };
    responses: {
      /** @description Made. */
      201: {
        headers: {
          /** @description Where it is to be read. */
          Location?: string;
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          'Preference-Applied': components['headers']['PreferenceApplied'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectionDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getConnection: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectionDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  removeConnection: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  changeConnection: {
    parameters: {
      query?: never;
      header?: {
        /** @description `return=minimal` for an answer without a body, `return=representation` for the one that there is otherwise (RFC 7240). */
        Prefer?: 'return=minimal' | 'return=representation';
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['ChangeConnection'];
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          'Preference-Applied': components['headers']['PreferenceApplied'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectionDto'];
        };
      };
      /** @description As 200, with `Prefer: return=minimal`. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          'Preference-Applied': components['headers']['PreferenceApplied'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listDeliveries: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        status?: 'waiting' | 'translated' | 'unrecognized' | 'dead-letter';
        connectionId?: string;
        /** @description Received at or after. */
        since?: string;
        /** @description Received before. */
        until?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getDelivery: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryDetailDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  replayDelivery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReplayResultDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  startReplay: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['CreateReplay'];
      };
    };
    responses: {
      /** @description How many it would be, with `preview`. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReplayDto'];
        };
      };
      /** @description Begun; its progress can be read. */
      202: {
        headers: {
          /** @description Where it is to be read. */
          Location?: string;
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReplayDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getReplay: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReplayDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listEvents: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        /** @description Where to go on: the `nextCursor` of the last page, the `cursor` of an event, or `beginning` or `end` of the feed. */
        after?: string;
        /** @description Go on where this cursor, kept with `PUT /v1/cursors/{name}`, stands. */
        cursorName?: string;
        /** @description Only these types; separate several by commas. */
        type?: (
          | 'message.created'
          | 'message.fetched'
          | 'message.edited'
          | 'message.deleted'
          | 'message.failed'
          | 'message.unavailable'
          | 'annotation.added'
          | 'annotation.edited'
          | 'annotation.removed'
          | 'reaction.added'
          | 'reaction.removed'
          | 'member.joined'
          | 'member.updated'
          | 'member.left'
          | 'space.updated'
          | 'space.migrated'
          | 'space.deleted'
          | 'conversation.started'
          | 'conversation.updated'
          | 'conversation.ended'
          | 'invitation.received'
          | 'invitation.sent'
          | 'invitation.accepted'
          | 'invitation.declined'
          | 'invitation.failed'
          | 'authorization.granted'
          | 'authorization.revoked'
          | 'activity.reported'
          | 'crm.record.changed'
          | 'crm.record.deleted'
        )[];
        connectionId?: string;
        spaceId?: string;
        /** @description Where there is nothing yet, wait so many seconds for the first event. */
        wait?: number;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page. `Link` has its own address (`self`) and where to go on (`next`). */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EventFeedPage'];
          'application/x-ndjson': string;
          'application/cloudevents-batch+json': Record<string, never>[];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  streamEvents: {
    parameters: {
      query?: {
        /** @description Where to go on: the `nextCursor` of the last page, the `cursor` of an event, or `beginning` or `end` of the feed. */
        after?: string;
        /** @description Go on where this cursor, kept with `PUT /v1/cursors/{name}`, stands. */
        cursorName?: string;
        /** @description Only these types; separate several by commas. */
        type?: (
          | 'message.created'
          | 'message.fetched'
          | 'message.edited'
          | 'message.deleted'
          | 'message.failed'
          | 'message.unavailable'
          | 'annotation.added'
          | 'annotation.edited'
          | 'annotation.removed'
          | 'reaction.added'
          | 'reaction.removed'
          | 'member.joined'
          | 'member.updated'
          | 'member.left'
          | 'space.updated'
          | 'space.migrated'
          | 'space.deleted'
          | 'conversation.started'
          | 'conversation.updated'
          | 'conversation.ended'
          | 'invitation.received'
          | 'invitation.sent'
          | 'invitation.accepted'
          | 'invitation.declined'
          | 'invitation.failed'
          | 'authorization.granted'
          | 'authorization.revoked'
          | 'activity.reported'
          | 'crm.record.changed'
          | 'crm.record.deleted'
        )[];
        connectionId?: string;
        spaceId?: string;
        /** @description How each event is written in `data`. */
        envelope?: 'liaison' | 'cloudevents';
      };
      header?: {
        /** @description Where to go on; counts more than `after`. */
        'Last-Event-ID'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One event each: `id` is its cursor, `event` its type, `data` itself. Goes on until either side ends it. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listCursors: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NamedCursorPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getCursor: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NamedCursorDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  putCursor: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PutNamedCursor'];
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NamedCursorDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  removeCursor: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listSpaces: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        /** @description The platform's own id. */
        externalId?: string;
        /** @description As it was at the source at that time: nothing that happened later counts. */
        asOf?: string;
        /** @description As far as we knew at that time: nothing that reached us later counts, whenever it happened. */
        knownAt?: string;
        /** @description Also say in `total` how many there are on all pages. It takes as long as reading them does. */
        count?: 'true' | 'false';
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SpacePage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getSpace: {
    parameters: {
      query?: {
        /** @description As it was at the source at that time: nothing that happened later counts. */
        asOf?: string;
        /** @description As far as we knew at that time: nothing that reached us later counts, whenever it happened. */
        knownAt?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SpaceDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listMembers: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        /** @description The platform's own id. */
        externalId?: string;
        /** @description As it was at the source at that time: nothing that happened later counts. */
        asOf?: string;
        /** @description As far as we knew at that time: nothing that reached us later counts, whenever it happened. */
        knownAt?: string;
        /** @description Also say in `total` how many there are on all pages. It takes as long as reading them does. */
        count?: 'true' | 'false';
        /** @description Also those who have left. */
        includeFormer?: 'true' | 'false';
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MemberPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listMessages: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        /** @description The platform's own id. */
        externalId?: string;
        spaceId?: string;
        /** @description At or after. */
        since?: string;
        /** @description Before. */
        until?: string;
        /** @description As it was at the source at that time: nothing that happened later counts. */
        asOf?: string;
        /** @description As far as we knew at that time: nothing that reached us later counts, whenever it happened. */
        knownAt?: string;
        /** @description Also say in `total` how many there are on all pages. It takes as long as reading them does. */
        count?: 'true' | 'false';
        /** @description Newest first unless `asc` is asked for. */
        order?: 'asc' | 'desc';
        /** @description The platform's id of the author. */
        authorId?: string;
        /** @description Words in the text: `a b` both, `"a b"` in a row, `a or b`, `-a` without, `deal*` the beginning of a word. */
        q?: string;
        /** @description With `q`: by time, or the 1,000 newest that fit by how well they do. */
        sort?: 'time' | 'relevance';
        /** @description With `q`: also say where the words stand. */
        highlight?: 'true' | 'false';
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MessagePage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listSpaceMessages: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        /** @description The platform's own id. */
        externalId?: string;
        spaceId?: string;
        /** @description At or after. */
        since?: string;
        /** @description Before. */
        until?: string;
        /** @description As it was at the source at that time: nothing that happened later counts. */
        asOf?: string;
        /** @description As far as we knew at that time: nothing that reached us later counts, whenever it happened. */
        knownAt?: string;
        /** @description Also say in `total` how many there are on all pages. It takes as long as reading them does. */
        count?: 'true' | 'false';
        /** @description Newest first unless `asc` is asked for. */
        order?: 'asc' | 'desc';
        /** @description The platform's id of the author. */
        authorId?: string;
        /** @description Words in the text: `a b` both, `"a b"` in a row, `a or b`, `-a` without, `deal*` the beginning of a word. */
        q?: string;
        /** @description With `q`: by time, or the 1,000 newest that fit by how well they do. */
        sort?: 'time' | 'relevance';
        /** @description With `q`: also say where the words stand. */
        highlight?: 'true' | 'false';
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MessagePage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getMessage: {
    parameters: {
      query?: {
        /** @description As it was at the source at that time: nothing that happened later counts. */
        asOf?: string;
        /** @description As far as we knew at that time: nothing that reached us later counts, whenever it happened. */
        knownAt?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MessageDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listMessageHistory: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EventPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listAnnotations: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        /** @description The platform's own id. */
        externalId?: string;
        spaceId?: string;
        /** @description At or after. */
        since?: string;
        /** @description Before. */
        until?: string;
        /** @description As it was at the source at that time: nothing that happened later counts. */
        asOf?: string;
        /** @description As far as we knew at that time: nothing that reached us later counts, whenever it happened. */
        knownAt?: string;
        /** @description Also say in `total` how many there are on all pages. It takes as long as reading them does. */
        count?: 'true' | 'false';
        /** @description Newest first unless `asc` is asked for. */
        order?: 'asc' | 'desc';
        /** @description The platform's id of the author. */
        authorId?: string;
        /** @description For example `generic` or `message-focus`. */
        type?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AnnotationPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listReactions: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        /** @description The platform's own id. */
        externalId?: string;
        spaceId?: string;
        /** @description At or after. */
        since?: string;
        /** @description Before. */
        until?: string;
        /** @description As it was at the source at that time: nothing that happened later counts. */
        asOf?: string;
        /** @description As far as we knew at that time: nothing that reached us later counts, whenever it happened. */
        knownAt?: string;
        /** @description Also say in `total` how many there are on all pages. It takes as long as reading them does. */
        count?: 'true' | 'false';
        /** @description Newest first unless `asc` is asked for. */
        order?: 'asc' | 'desc';
        /** @description The platform's id of the author. */
        authorId?: string;
        /** @description The reaction itself, for example 👍. */
        type?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReactionPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  exportSpace: {
    parameters: {
      query?: {
        /** @description Counts more than the Accept header. */
        format?: 'ndjson' | 'csv';
        /** @description Messages at or after this time. */
        since?: string;
        /** @description Messages before this time. */
        until?: string;
        /** @description The `cursor` of the last record that arrived: the export goes on behind it, with the same times. */
        after?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One record a line: a header, members, messages, a trailer. Without its trailer it is not whole. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/x-ndjson': string;
          'text/csv': string;
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listConversations: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        /** @description The platform's own id. */
        externalId?: string;
        spaceId?: string;
        /** @description At or after. */
        since?: string;
        /** @description Before. */
        until?: string;
        state?: 'open' | 'ended';
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConversationPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  startConversation: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['StartConversation'];
      };
    };
    responses: {
      /** @description Taken; it is done a moment later. */
      202: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TakenActDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      502: components['responses']['UpstreamFailed'];
      503: components['responses']['Unavailable'];
    };
  };
  getConversation: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConversationDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  sayInConversation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SayInConversation'];
      };
    };
    responses: {
      /** @description Taken; it is done a moment later. */
      202: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TakenActDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      502: components['responses']['UpstreamFailed'];
      503: components['responses']['Unavailable'];
    };
  };
  acceptConversation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ActInConversation'];
      };
    };
    responses: {
      /** @description Done. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      502: components['responses']['UpstreamFailed'];
      503: components['responses']['Unavailable'];
    };
  };
  declineConversation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ActInConversation'];
      };
    };
    responses: {
      /** @description Done. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      502: components['responses']['UpstreamFailed'];
      503: components['responses']['Unavailable'];
    };
  };
  endConversation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ActInConversation'];
      };
    };
    responses: {
      /** @description Done. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      502: components['responses']['UpstreamFailed'];
      503: components['responses']['Unavailable'];
    };
  };
  listAuthorizations: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        state?: 'active' | 'revoked';
        /** @description The platform's id of the app. */
        applicationId?: string;
        /** @description The platform's id of the organisation. */
        organizationId?: string;
        /** @description The platform's id of who gave the consent. */
        authorizedBy?: string;
        /** @description The app's readable id. */
        friendlyId?: string;
        /** @description One of the scopes that were granted. */
        scope?: string;
        /** @description One of the meeting sites that are covered. */
        siteName?: string;
        /** @description One of the meeting sites that the app may administer. */
        adminSiteName?: string;
        /** @description Granted at or after. */
        since?: string;
        /** @description Granted before. */
        until?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AuthorizationPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getAuthorization: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AuthorizationDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listGrants: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        state?: 'pending' | 'active' | 'needs-reauthorization' | 'revoked' | 'denied' | 'failed';
        /** @description The platform's id of who consented. */
        subject?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['GrantPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  startGrant: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['StartGrant'];
      };
    };
    responses: {
      /** @description Made. */
      201: {
        headers: {
          /** @description Where it is to be read. */
          Location?: string;
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StartedGrantDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      502: components['responses']['UpstreamFailed'];
      503: components['responses']['Unavailable'];
    };
  };
  getGrant: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['GrantDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  revokeGrant: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listPosts: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        spaceId?: string;
        state?: 'queued' | 'sending' | 'unknown' | 'sent' | 'failed' | 'parked';
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PostPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  createPost: {
    parameters: {
      query?: never;
      header: {
        /** @description `return=minimal` for an answer without a body, `return=representation` for the one that there is otherwise (RFC 7240). */
        Prefer?: 'return=minimal' | 'return=representation';
        /** @description Your name for this request, 1 to 255 visible ASCII characters, the same in every try of it. */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreatePost'];
      };
    };
    responses: {
      /** @description An earlier try of this request was taken; its post as it is now. */
      200: {
        headers: {
          /** @description Where it is to be read. */
          Location?: string;
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          'Preference-Applied': components['headers']['PreferenceApplied'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PostDto'];
        };
      };
      /** @description Taken; it will be placed. */
      202: {
        headers: {
          /** @description Where it is to be read. */
          Location?: string;
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          'Preference-Applied': components['headers']['PreferenceApplied'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PostDto'];
        };
      };
      /** @description As 200, with `Prefer: return=minimal`. */
      204: {
        headers: {
          /** @description Where it is to be read. */
          Location?: string;
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          'Preference-Applied': components['headers']['PreferenceApplied'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getPost: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PostDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listDelegations: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        grantId?: string;
        /** @description The platform's id of the user. */
        subject?: string;
        connectionId?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DelegationPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listRegistrations: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RegistrationPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  checkRegistrations: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The comparison is under way; the list shows what it finds. */
      202: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listJobs: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        state?: 'waiting' | 'parked' | 'failed';
        connectionId?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  retryJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getTenant: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TenantDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  changeTenant: {
    parameters: {
      query?: never;
      header?: {
        /** @description `return=minimal` for an answer without a body, `return=representation` for the one that there is otherwise (RFC 7240). */
        Prefer?: 'return=minimal' | 'return=representation';
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ChangeTenant'];
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          'Preference-Applied': components['headers']['PreferenceApplied'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TenantDto'];
        };
      };
      /** @description As 200, with `Prefer: return=minimal`. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          'Preference-Applied': components['headers']['PreferenceApplied'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getLiveness: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It runs. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HealthDto'];
        };
      };
    };
  };
  getReadiness: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is ready. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HealthDto'];
        };
      };
      /** @description It is not. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HealthDto'];
        };
      };
    };
  };
  listCrmConnections: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectionPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  createCrmConnection: {
    parameters: {
      query?: never;
      header?: {
        /** @description `return=minimal` for an answer without a body, `return=representation` for the one that there is otherwise (RFC 7240). */
        Prefer?: 'return=minimal' | 'return=representation';
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateConnection'];
      };
    };
    responses: {
      /** @description Made. */
      201: {
        headers: {
          /** @description Where it is to be read. */
          Location?: string;
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          'Preference-Applied': components['headers']['PreferenceApplied'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectionDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getCrmConnection: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectionDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  removeCrmConnection: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  changeCrmConnection: {
    parameters: {
      query?: never;
      header?: {
        /** @description `return=minimal` for an answer without a body, `return=representation` for the one that there is otherwise (RFC 7240). */
        Prefer?: 'return=minimal' | 'return=representation';
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['ChangeConnection'];
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          'Preference-Applied': components['headers']['PreferenceApplied'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectionDto'];
        };
      };
      /** @description As 200, with `Prefer: return=minimal`. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          'Preference-Applied': components['headers']['PreferenceApplied'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getCrmHealth: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CrmHealthDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listCrmLinks: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        spaceId?: string;
        state?: 'suggested' | 'active' | 'removed';
        /** @description The CRM's own id of the record. */
        recordExternalId?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CrmLinkPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  createCrmLink: {
    parameters: {
      query?: never;
      header?: {
        /** @description `return=minimal` for an answer without a body, `return=representation` for the one that there is otherwise (RFC 7240). */
        Prefer?: 'return=minimal' | 'return=representation';
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateCrmLink'];
      };
    };
    responses: {
      /** @description Made. */
      201: {
        headers: {
          /** @description Where it is to be read. */
          Location?: string;
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          'Preference-Applied': components['headers']['PreferenceApplied'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CrmLinkDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      409: components['responses']['Conflict'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getCrmLink: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CrmLinkDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  removeCrmLink: {
    parameters: {
      query?: {
        /** @description What becomes of the entries that the link brought: taken back, but for what people wrote there, or left. */
        entries?: 'remove' | 'keep';
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listCrmChanges: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        spaceId?: string;
        linkId?: string;
        state?: 'pending' | 'sending' | 'unknown' | 'synced' | 'skipped' | 'failed';
        fault?: 'ours' | 'theirs' | 'data';
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CrmChangePage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getCrmChange: {
    parameters: {
      query?: {
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CrmChangeDto'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  retryCrmChanges: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['RetryCrmChanges'];
      };
    };
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RetriedCrmChangesDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      413: components['responses']['BodyTooLarge'];
      414: components['responses']['UriTooLong'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  retryCrmChange: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CrmChangeDto'];
        };
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      404: components['responses']['NotFound'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listOperations: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
        connectionId?: string;
        /** @description Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a dot: `id,author.displayName`. */
        fields?: components['parameters']['Fields'];
      };
      header?: {
        /** @description The `ETag` of an earlier answer: 304 without a body while it would be the same. */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was asked for. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['RequestId'];
          RateLimit: components['headers']['RateLimit'];
          ETag: components['headers']['ETag'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OperationPage'];
        };
      };
      /** @description The same as the answer with that `ETag`. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['BadRequest'];
      401: components['responses']['NotAuthenticated'];
      403: components['responses']['ScopeMissing'];
      406: components['responses']['NotAcceptable'];
      414: components['responses']['UriTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
}
