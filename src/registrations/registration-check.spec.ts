import { describe, expect, it } from 'vitest';
import { Secret } from '../common/security/secret.js';
import { PlatformUnavailable } from '../platforms/platform.errors.js';
import { type ActualRegistration, type RegistrationCalls } from '../platforms/platform.js';
import { RegistrationRefused } from '../platforms/registration-refused.js';
import { carryOut, withoutSecret, type CheckSurroundings } from './registration-check.js';
import { registrationName } from './registration-identity.js';
import { type RegistrationAction } from './registration.plan.js';
import { created, seenOff, unseen } from './registration.state.js';

const now = new Date('2026-01-05T09:00:00Z');
const desired = { resource: 'messages', event: 'all' };
const targetUrl = 'https://liaison.example/webhooks/webex/1';
const active = created(unseen, { externalId: 'one', secretFingerprint: 'mark' }, now);
const off = seenOff(active, 'one', now);
const reactivate: RegistrationAction = { kind: 'reactivate', key: 'key', desired, externalId: 'one', state: off };
const create: RegistrationAction = { kind: 'create', key: 'key', desired, state: unseen };

/** A platform of which each call is answered by `answer`. */
function platform(answer: () => ActualRegistration): { asked: string[]; calls: RegistrationCalls } {
  const asked: string[] = [];
  const answered = (what: string) => (): Promise<ActualRegistration> => {
    asked.push(what);
    return new Promise((resolve) => resolve(answer()));
  };
  const calls: RegistrationCalls = {
    list: () => Promise.resolve([]),
    create: answered('create'),
    update: answered('update'),
    remove: async () => {
      await answered('remove')();
    },
  };
  return { asked, calls };
}

function registered(isActive: boolean): ActualRegistration {
  const name = registrationName(desired);
  return { ...desired, externalId: 'one', name, targetUrl, active: isActive, secret: new Secret('secret') };
}

function around(calls: RegistrationCalls, isReady = true): CheckSurroundings {
  const ours = { targetUrl, path: '/webhooks/webex/1', secretFingerprint: 'mark', known: new Map(), changed: false };
  return { calls, ours, secret: new Secret('secret'), now, isReady: () => Promise.resolve(isReady) };
}

describe('carryOut', () => {
  it('switches nothing on while calls would not be taken', async () => {
    const { asked, calls } = platform(() => registered(true));
    const after = await carryOut(reactivate, around(calls, false));
    expect(asked).toEqual([]);
    const nextRepairAt = new Date(now.getTime() + 60_000);
    expect(after?.state).toMatchObject({ status: 'inactive', problem: 'not-ready', repairs: 0, nextRepairAt });
  });

  it('believes the platform that it is still off', async () => {
    const after = await carryOut(reactivate, around(platform(() => registered(false)).calls));
    expect(after?.state).toMatchObject({
      status: 'inactive',
      repairs: 1,
      nextRepairAt: new Date(now.getTime() + 60_000),
    });
  });

  it('takes one that went meanwhile for missing', async () => {
    const { calls } = platform(() => {
      throw new RegistrationRefused('gone');
    });
    expect((await carryOut(reactivate, around(calls)))?.state).toMatchObject({ status: 'missing', externalId: null });
  });

  it('writes down what the platform refuses', async () => {
    const { calls } = platform(() => {
      throw new RegistrationRefused('not-allowed');
    });
    const after = await carryOut(create, around(calls));
    expect(after?.state).toMatchObject({ status: 'blocked', problem: 'not-allowed', repairs: 1 });
    expect(
      await carryOut({ kind: 'remove', externalId: 'x', ownedBy: undefined, reason: 'duplicate' }, around(calls)),
    ).toBeUndefined();
  });

  it('leaves what passes to whoever tries again', async () => {
    const { calls } = platform(() => {
      throw new PlatformUnavailable('timeout');
    });
    await expect(carryOut(create, around(calls))).rejects.toBeInstanceOf(PlatformUnavailable);
  });
});

describe('withoutSecret', () => {
  it('keeps a mark that differs from secret to secret and from connection to connection', () => {
    const marks = [
      withoutSecret(registered(true), 'a'),
      withoutSecret(registered(true), 'b'),
      withoutSecret({ ...registered(true), secret: new Secret('other') }, 'a'),
    ].map((seen) => seen.secretFingerprint);
    expect(new Set(marks).size).toBe(3);
    expect(JSON.stringify(withoutSecret(registered(true), 'a'))).not.toContain('secret"');
    expect(withoutSecret({ ...registered(true), secret: undefined }, 'a').secretFingerprint).toBeUndefined();
  });
});
