/** Milliseconds since the epoch, with an offset that changes nothing; one capture has its slashes escaped twice. */
const slashForm = /^\\*\/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\\*\/$/;
/** ISO 8601 with any number of decimals; without a zone it is UTC. */
const isoForm = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/i;

const latest = Date.UTC(9999, 11, 31);

/**
 * The moment in a `timeStamp`: both `/Date(1489524122496)/` and `2016-12-15T20:05:08.631Z` occur in one feed (captures of
 * incoming and of outgoing messages). `undefined` for anything else and for times outside of 1970 to 9999.
 */
export function readWireDate(text: string | undefined): Date | undefined {
  const ms = text === undefined ? undefined : (msOfSlashForm(text) ?? msOfIsoForm(text));
  return ms !== undefined && ms >= 0 && ms <= latest ? new Date(ms) : undefined;
}

function msOfSlashForm(text: string): number | undefined {
  const digits = slashForm.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function msOfIsoForm(text: string): number | undefined {
  const [, seconds, decimals = '', zone = 'Z'] = isoForm.exec(text) ?? [];
  // The standard promises three decimals (ECMA-262 section 21.4.1.32); .NET writes seven.
  const ms = seconds === undefined ? Number.NaN : Date.parse(`${seconds}${decimals.slice(0, 4)}${zone.toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : ms;
}
