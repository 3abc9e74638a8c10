import { describe, expect, it } from 'vitest';
import { trustedHref } from './trusted-href.js';

const settings = {
  apiUrl: 'https://api.skypeforbusiness.com',
  allowedHosts: ['pool-a.example', 'pool-b.example:8443', '*.resources.example'],
};

describe('trustedHref', () => {
  it.each([
    ['/a?b=c', 'https://api.skypeforbusiness.com/a?b=c'],
    ['https://api.skypeforbusiness.com/a', 'https://api.skypeforbusiness.com/a'],
    ['https://POOL-A.example/a', 'https://pool-a.example/a'],
    ['https://pool-b.example:8443/a', 'https://pool-b.example:8443/a'],
    ['https://west.resources.example/a', 'https://west.resources.example/a'],
    ['/events?ack=1\\u0026key=2', 'https://api.skypeforbusiness.com/events?ack=1&key=2'],
  ])('lets %s be called', (href, url) => {
    expect(trustedHref(href, settings)).toBe(url);
  });

  it.each([
    'https://attacker.example/a',
    '//attacker.example/a',
    '/\\attacker.example/a',
    '\\\\attacker.example/a',
    'http://pool-a.example/a',
    'http://api.skypeforbusiness.com/a',
    'https://pool-a.example:8443/a',
    'https://pool-b.example/a',
    'https://pool-a.example.attacker.example/a',
    'https://api.skypeforbusiness.com.attacker.example/a',
    'https://api.skypeforbusiness.com@attacker.example/a',
    'https://user@api.skypeforbusiness.com/a',
    'https://resources.example/a',
    'https://xresources.example/a',
    'https://west.resources.example:8443/a',
    'https://127.0.0.1/a',
    'javascript:alert(1)',
    'data:text/plain,x',
    'https://',
  ])('does not let %s be called', (href) => {
    expect(trustedHref(href, settings)).toBeUndefined();
  });

  it('resolves against the address that the href came from, if that may be trusted', () => {
    expect(trustedHref('/a', settings, 'https://pool-a.example/deep/er')).toBe('https://pool-a.example/a');
    expect(trustedHref('/a', settings, 'https://attacker.example')).toBeUndefined();
    expect(trustedHref('/a', settings, 'not_so_well_formed_base_uri')).toBeUndefined();
  });

  it('takes no host besides that of apiUrl where none is listed', () => {
    expect(trustedHref('https://pool-a.example/a', { apiUrl: settings.apiUrl })).toBeUndefined();
  });

  it('takes http of listed hosts only where apiUrl itself is http', () => {
    const local = { apiUrl: 'http://127.0.0.1:4000', allowedHosts: ['127.0.0.1:4001'] };
    expect(trustedHref('http://127.0.0.1:4001/a', local)).toBe('http://127.0.0.1:4001/a');
    expect(trustedHref('http://127.0.0.1:4002/a', local)).toBeUndefined();
  });
});
