/**
 * The advisory locks we take, in one place. The two-integer form has a key space of its own, apart from the one-bigint
 * form that lane workers use (PostgreSQL manual, "Advisory Lock Functions").
 */
const namespace = 4711;

export const advisoryLocks = {
  /** Held from the first row of a batch until its commit: deliveries become visible in the order of their `seq`. */
  deliveryOrder: `${namespace}, 1`,
  /** The same for events, so that the change feed can never skip a row that committed late. */
  eventOrder: `${namespace}, 2`,
  /** One process migrates, the others wait. */
  migrations: `${namespace}, 3`,
  /** One process looks after partitions. */
  partitions: `${namespace}, 4`,
} as const;
