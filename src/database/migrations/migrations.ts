import { CreateDeliveriesEventsLanes1763800000000 } from './1763800000000-create-deliveries-events-lanes.js';
import { CreateConnectionsAndKeys1763800000001 } from './1763800000001-create-connections-and-keys.js';
import { CreateProjections1763800000002 } from './1763800000002-create-projections.js';
import { CreateOutbox1763800000003 } from './1763800000003-create-outbox.js';
import { CreateRegistrations1763800000004 } from './1763800000004-create-registrations.js';
import { CreateGrants1763800000005 } from './1763800000005-create-grants.js';
import { CreatePosts1763800000006 } from './1763800000006-create-posts.js';

/** Every migration in order; TypeORM runs those that are not yet in `schema_migrations`. */
export const migrations = [
  CreateDeliveriesEventsLanes1763800000000,
  CreateConnectionsAndKeys1763800000001,
  CreateProjections1763800000002,
  CreateOutbox1763800000003,
  CreateRegistrations1763800000004,
  CreateGrants1763800000005,
  CreatePosts1763800000006,
];
