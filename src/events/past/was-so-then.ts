/**
 * Of an event `e`: that it had happened by $2 and was learned by $3. Partitions of what was learned later are not touched.
 */
export const wasSoThen = `e.occurred_at <= $2::timestamptz and e.learned_at <= $3::timestamptz`;
