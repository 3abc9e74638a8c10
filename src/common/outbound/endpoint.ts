const endpointPattern = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+):([1-9]\d{0,4})$/i;

/** `host:port` of a URL, always with the port. Two URLs have the same text exactly when they name the same endpoint. */
export function endpointOf(url: URL): string {
  const port = url.port !== '' ? url.port : url.protocol === 'http:' ? '80' : '443';
  return `${url.hostname}:${port}`;
}

/**
 * A `host:port` that somebody typed (IPv6 in brackets), in the spelling of `endpointOf`; undefined where it is none. The
 * host goes through the URL parser (WHATWG URL section 3.5), so `LOCALHOST:80` and `[0:0::1]:80` match what is called.
 */
export function parseEndpoint(text: string): string | undefined {
  const [, host, port] = endpointPattern.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535 || !URL.canParse(`http://${host}`)) return undefined;
  return `${new URL(`http://${host}`).hostname}:${Number(port)}`;
}
