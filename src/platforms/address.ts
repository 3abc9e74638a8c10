/** One spelling of a base URL, without the slashes at its end; as it is where it is none. */
export function addressOf(url: unknown): string {
  const text = String(url);
  return (URL.canParse(text) ? new URL(text).href : text).replace(/\/+$/, '');
}
