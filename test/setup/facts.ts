import { DataSource } from 'typeorm';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { inTransaction } from '../../src/database/transaction.js';
import { EventLog } from '../../src/events/event-log.js';
import { recordFacts, type Fact } from '../../src/events/event.js';
import { MessageSearch } from '../../src/messages/search/message-search.js';
import { type TestService } from './service.js';

let deliveries = 0;

/** Appends facts as if a platform had told them, with all that follows from them. */
export async function tell(
  { app }: TestService,
  facts: readonly Fact[],
  connection: { readonly tenantId?: string; readonly connectionId: string; readonly platform?: string },
): Promise<void> {
  deliveries += 1;
  const origin = { tenantId: 'default', platform: 'watson-work', deliveryId: uuidV7(), ...connection };
  const learned = { deliverySeq: String(deliveries), learnedAt: new Date() };
  const events = recordFacts(facts, { ...origin, ...learned }, () => undefined);
  await inTransaction(app.get(DataSource), (tx) => app.get(EventLog).append(events, tx));
}

/** Lets the search index follow to the end of the log, and be made again where that is due. */
export async function indexAll({ app }: TestService): Promise<void> {
  while ((await app.get(MessageSearch).follow()) > 0);
}
