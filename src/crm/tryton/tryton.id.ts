/** Where the ids of Tryton's tables end; a larger one is an error of its database. */
export const largestId = 2 ** 31 - 1;

/** Tryton's ids are numbers; undefined for a text that is none, which then names nothing. */
export function idNumber(externalId: string): number | undefined {
  const id = /^\d{1,10}$/.test(externalId) ? Number(externalId) : 0;
  return id > 0 && id <= largestId ? id : undefined;
}
