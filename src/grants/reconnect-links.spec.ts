import { afterEach, describe, expect, it, vi } from 'vitest';
import { generateMasterKey, parseMasterKeys, SecretBox } from '../common/security/secret-box.js';
import { ReconnectLinks } from './reconnect-links.js';

const grant = { id: '01a20332-4e1e-7000-a13e-5da5e7f5f328', tenantId: 'default' };
const day = 24 * 3_600_000;

describe('a link by which a user begins to consent again', () => {
  const box = new SecretBox(parseMasterKeys(generateMasterKey()));
  const links = new ReconnectLinks(box, () => 'https://us.example');
  const sealedIn = (link: string): string => decodeURIComponent(new URL(link).pathname.split('/').at(-1) ?? '');
  afterEach(() => vi.useRealTimers());

  it('leads to its grant for thirty days', () => {
    vi.useFakeTimers({ now: 0 });
    const sealed = sealedIn(links.linkTo(grant));
    vi.setSystemTime(30 * day - 1);
    expect(links.grantOf(sealed)).toEqual(grant);
    vi.setSystemTime(30 * day);
    expect(links.grantOf(sealed)).toBeUndefined();
  });

  it('tells nothing of its grant to who reads it', () => {
    const link = links.linkTo(grant);
    expect(link).toMatch(/^https:\/\/us\.example\/oauth\/reconnect\/v1\./);
    expect(link).not.toContain(grant.id);
  });

  it('is of no use when it was changed, made up, sealed by others or sealed for something else', () => {
    const sealed = sealedIn(links.linkTo(grant));
    const theirs = new SecretBox(parseMasterKeys(generateMasterKey()));
    const text = JSON.stringify({ ...grant, untilMs: Date.now() + day });
    const others = [
      '',
      'x',
      `${sealed}A`,
      sealed.slice(0, -1),
      theirs.seal(text, 'grant-reconnect'),
      box.seal(text, 'grants'),
      box.seal('not JSON', 'grant-reconnect'),
      box.seal('{}', 'grant-reconnect'),
    ];
    expect(others.map((link) => links.grantOf(link))).toEqual(others.map(() => undefined));
    expect(links.grantOf(box.seal(text, 'grant-reconnect'))).toEqual(grant);
  });
});
