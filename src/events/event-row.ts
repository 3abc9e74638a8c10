/** What a SELECT from `events` (as `alias`) names to give rows that are `LiaisonEvent`s. */
export function eventColumnsOf(alias: string): string {
  return columns.map(([column, name]) => `${alias}.${column} as "${name}"`).join(', ');
}

const columns = [
  ['id', 'id'],
  ['type', 'type'],
  ['tenant_id', 'tenantId'],
  ['connection_id', 'connectionId'],
  ['platform', 'platform'],
  ['delivery_id', 'deliveryId'],
  ['delivery_seq', 'deliverySeq'],
  ['ordinal', 'ordinal'],
  ['occurred_at', 'occurredAt'],
  ['learned_at', 'learnedAt'],
  ['space_id', 'spaceId'],
  ['message_id', 'messageId'],
  ['subject_id', 'subjectId'],
  ['data', 'data'],
] as const;
