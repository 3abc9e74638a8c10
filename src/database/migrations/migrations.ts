import { CreateDeliveriesEventsLanes1763800000000 } from './1763800000000-create-deliveries-events-lanes.js';
import { CreateConnectionsAndKeys1763800000001 } from './1763800000001-create-connections-and-keys.js';
import { CreateProjections1763800000002 } from './1763800000002-create-projections.js';

/** Every migration in order; TypeORM runs those that are not yet in `schema_migrations`. */
export const migrations = [
  CreateDeliveriesEventsLanes1763800000000,
  CreateConnectionsAndKeys1763800000001,
  CreateProjections1763800000002,
];
