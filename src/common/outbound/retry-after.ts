/** Who is asked to wait longer asks again an hour later; Webex's own example is exactly this long. */
const longestWait = 3_600;
/** IMF-fixdate, the one form that is still sent (RFC 9110 section 5.6.7). */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * The seconds that a `Retry-After` asks for, as a number or as a date (RFC 9110 section 10.2.3), from 1 to 3600; undefined
 * where there is none or it is neither.
 */
export function retryAfterSeconds(header: string | undefined, nowMs: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+$/.test(value)) return bounded(Number(value));
  if (!httpDate.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : bounded(Math.ceil((time - nowMs) / 1_000));
}

function bounded(seconds: number): number {
  return Math.min(Math.max(seconds, 1), longestWait);
}
