import { CreateDeliveriesEventsLanes1763800000000 } from './1763800000000-create-deliveries-events-lanes.js';
import { CreateConnectionsAndKeys1763800000001 } from './1763800000001-create-connections-and-keys.js';
import { CreateProjections1763800000002 } from './1763800000002-create-projections.js';
import { CreateOutbox1763800000003 } from './1763800000003-create-outbox.js';
import { CreateRegistrations1763800000004 } from './1763800000004-create-registrations.js';
import { CreateGrants1763800000005 } from './1763800000005-create-grants.js';
import { CreatePosts1763800000006 } from './1763800000006-create-posts.js';
import { NameCredentials1763800000007 } from './1763800000007-name-credentials.js';
import { LookBack1763800000008 } from './1763800000008-look-back.js';
import { CreateFeedCursors1763800000009 } from './1763800000009-create-feed-cursors.js';
import { CreateSearch1763800000010 } from './1763800000010-create-search.js';
import { WidenKeysAndCreateAuditLog1763800000011 } from './1763800000011-widen-keys-and-create-audit-log.js';
import { ProtectTenantsByRow1763800000012 } from './1763800000012-protect-tenants-by-row.js';
import { BindTokens1763800000014 } from './1763800000014-bind-tokens.js';
import { MendPostsAndJobs1763800000015 } from './1763800000015-mend-posts-and-jobs.js';
import { CreateCrm1763800000016 } from './1763800000016-create-crm.js';
import { TellOfCrmRecords1763800000017 } from './1763800000017-tell-of-crm-records.js';
import { CreateCrmMappings1763800000018 } from './1763800000018-create-crm-mappings.js';
import { LinkByRule1763800000019 } from './1763800000019-link-by-rule.js';
import { PollCrms1763800000020 } from './1763800000020-poll-crms.js';
import { OrderJobsByAge1763800000021 } from './1763800000021-order-jobs-by-age.js';

/** Every migration in order; TypeORM runs those that are not yet in `schema_migrations`. */
export const migrations = [
  CreateDeliveriesEventsLanes1763800000000,
  CreateConnectionsAndKeys1763800000001,
  CreateProjections1763800000002,
  CreateOutbox1763800000003,
  CreateRegistrations1763800000004,
  CreateGrants1763800000005,
  CreatePosts1763800000006,
  NameCredentials1763800000007,
  LookBack1763800000008,
  CreateFeedCursors1763800000009,
  CreateSearch1763800000010,
  WidenKeysAndCreateAuditLog1763800000011,
  ProtectTenantsByRow1763800000012,
  BindTokens1763800000014,
  MendPostsAndJobs1763800000015,
  CreateCrm1763800000016,
  TellOfCrmRecords1763800000017,
  CreateCrmMappings1763800000018,
  LinkByRule1763800000019,
  PollCrms1763800000020,
  OrderJobsByAge1763800000021,
];
