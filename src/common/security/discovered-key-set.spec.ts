import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { discoveredKeySet } from './discovered-key-set.js';
import { type WantedKey } from './key-source.js';
import { KeysUnavailable } from './token.errors.js';

const metadataUrl = 'https://issuer.example/tenant/.well-known/openid-configuration';
const wanted: WantedKey = { algorithm: 'RS256', kid: 'a', x5t: undefined, claims: {} };
const jwk = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ format: 'jwk' });

async function urlsFetchedFor(metadata: unknown, keyHosts?: readonly string[]): Promise<readonly string[]> {
  const fetched: string[] = [];
  const keys = discoveredKeySet(metadataUrl, {
    ...(keyHosts === undefined ? {} : { keyHosts }),
    fetchJson: (url) => {
      fetched.push(url);
      return Promise.resolve(url === metadataUrl ? metadata : { keys: [{ ...jwk, kid: 'a' }] });
    },
  });
  try {
    await keys.find(wanted);
  } catch (error) {
    if (!(error instanceof KeysUnavailable)) throw error;
    return [...fetched, 'unavailable'];
  }
  return fetched;
}

describe('discoveredKeySet', () => {
  it.each([
    ['its own origin', 'https://issuer.example/keys?v=2', undefined],
    ['a host on the list', 'https://keys.example/keys', ['keys.example']],
  ])('takes keys from %s', async (_where, jwksUri, keyHosts) => {
    expect(await urlsFetchedFor({ jwks_uri: jwksUri }, keyHosts)).toEqual([metadataUrl, jwksUri]);
  });

  it.each([
    ['another host', 'https://evil.example/keys'],
    ['a host that begins alike', 'https://issuer.example.evil.example/keys'],
    ['a name before the host', 'https://issuer.example@evil.example/keys'],
    ['another port', 'https://issuer.example:8443/keys'],
    ['no TLS', 'http://issuer.example/keys'],
    ['no TLS on a host of the list', 'http://keys.example/keys'],
    ['another port on a host of the list', 'https://keys.example:8443/keys'],
    ['no URL', '/keys'],
    ['a file', 'file:///etc/passwd'],
    ['a number', 1],
  ])('asks nobody for keys at %s', async (_where, jwksUri) => {
    expect(await urlsFetchedFor({ jwks_uri: jwksUri }, ['keys.example'])).toEqual([metadataUrl, 'unavailable']);
  });

  it.each([[null], ['text'], [{}]])('asks nobody for keys when the metadata is %j', async (metadata) => {
    expect(await urlsFetchedFor(metadata)).toEqual([metadataUrl, 'unavailable']);
  });
});
