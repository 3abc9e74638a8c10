/**
 * Jobs of one connection that call by the same token stand in one lane: they rest together and go on together, and none of them is
 * in the way of another lane's.
 */
export const laneOf = (alias: string): string => `coalesce(${alias}.credential, '')`;

/** Whether pause `p` is about the lane of that connection; one without a credential is about all of its lanes. */
export const isPauseOf = (connection: string, lane: string): string =>
  `p.connection_id = ${connection} and p.credential in ('', ${lane})`;
