import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OutboundRefused } from './outbound.errors.js';
import { outboundTarget } from './outbound-target.js';

interface Vectors {
  readonly refuse: readonly { readonly url: string }[];
  readonly allow: readonly { readonly url: string }[];
}

const file = new URL('../../../test/fixtures/own/ssrf-vectors.json', import.meta.url);
// Our own fixture; its shape is checked by the count below.
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
const none: ReadonlySet<string> = new Set();

function reasonOf(url: string, allowed = none): string {
  try {
    outboundTarget(url, allowed);
    return 'taken';
  } catch (error) {
    if (error instanceof OutboundRefused) return error.reason;
    throw error;
  }
}

describe('outboundTarget', () => {
  it('has all vectors', () => {
    expect([vectors.refuse.length, vectors.allow.length]).toEqual([65, 5]);
  });

  it.each(vectors.refuse)('refuses $url', ({ url }) => {
    expect(reasonOf(url)).not.toBe('taken');
  });

  it.each(vectors.refuse.filter(({ url }) => url.startsWith('http:')))('refuses $url with TLS as well', ({ url }) => {
    expect(['malformed', 'credentials', 'port', 'name', 'address']).toContain(reasonOf(url.replace('http:', 'https:')));
  });

  it.each(vectors.allow)('takes $url, on another port than 443 only when its endpoint is listed', ({ url }) => {
    const { host, port } = new URL(url);
    expect(reasonOf(url)).toBe(port === '' ? 'taken' : 'port');
    expect(reasonOf(url, new Set(port === '' ? [] : [host]))).toBe('taken');
  });

  it.each([
    ['credentials', 'https://user@crm.example/'],
    ['credentials', 'https://:password@crm.example/'],
    ['name', 'https://crm.example./'],
    ['name', 'https://intranet/'],
    ['name', 'https://printer.local/'],
    ['name', 'https://router.home.arpa/'],
    ['name', 'https://a.b.localhost/'],
    ['port', 'https://crm.example:80/'],
    ['scheme', 'http://crm.example:443/'],
    ['scheme', 'ws://crm.example/'],
    ['malformed', ''],
    ['malformed', 'crm.example'],
    ['malformed', '/path'],
  ])('says %s of %s', (reason, url) => {
    expect(reasonOf(url)).toBe(reason);
  });

  it('takes a listed endpoint inside, with and without TLS, and nothing beside it', () => {
    const allowed = new Set(['127.0.0.1:8080', '[::1]:443', 'localhost:80']);
    expect(outboundTarget('http://127.0.0.1:8080/x', allowed).trusted).toBe(true);
    expect(outboundTarget('https://127.0.0.1:8080/x', allowed).trusted).toBe(true);
    expect(outboundTarget('http://2130706433:8080/x', allowed).trusted).toBe(true);
    expect(outboundTarget('https://[0::1]/', allowed).trusted).toBe(true);
    expect(outboundTarget('http://LOCALHOST/', allowed).trusted).toBe(true);
    expect(outboundTarget('https://crm.example/', allowed).trusted).toBe(false);
    expect(reasonOf('http://127.0.0.1:8081/', allowed)).toBe('scheme');
    expect(reasonOf('https://127.0.0.1/', allowed)).toBe('address');
    expect(reasonOf('http://127.0.0.2:8080/', allowed)).toBe('scheme');
    expect(reasonOf('http://user@127.0.0.1:8080/', allowed)).toBe('credentials');
    expect(reasonOf('ftp://127.0.0.1:8080/', allowed)).toBe('scheme');
    expect(reasonOf('http://localhost./', allowed)).toBe('name');
  });
});
