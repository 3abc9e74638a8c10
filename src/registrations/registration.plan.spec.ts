import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DesiredRegistration } from '../platforms/platform.js';
import { registrationKey, registrationName } from './registration-identity.js';
import {
  planRegistrations,
  type OurSide,
  type RegistrationAction,
  type SeenRegistration,
} from './registration.plan.js';
import { created, reactivated, refused, seenActive, unseen, type RegistrationState } from './registration.state.js';

const now = new Date('2026-01-05T09:00:00Z');
const path = '/webhooks/webex/019b8d1f-0000-7000-8000-000000000001';
const targetUrl = `https://liaison.example${path}`;
const mark = 'mark of the secret';
const messages: DesiredRegistration = { resource: 'messages', event: 'all' };
const rooms: DesiredRegistration = { resource: 'rooms', event: 'all' };

const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);

function seen(of: DesiredRegistration, change: Partial<SeenRegistration> = {}): SeenRegistration {
  return {
    ...of,
    externalId: `id of ${registrationKey(of)}`,
    name: registrationName(of),
    targetUrl,
    active: true,
    secretFingerprint: mark,
    ...change,
  };
}

function madeAt(of: DesiredRegistration, externalId = seen(of).externalId): RegistrationState {
  return created(unseen, { externalId, secretFingerprint: mark }, later(-60));
}

function ours(known: readonly (readonly [DesiredRegistration, RegistrationState])[] = [], changed = false): OurSide {
  return {
    targetUrl,
    path,
    secretFingerprint: mark,
    known: new Map(known.map(([of, state]) => [registrationKey(of), state])),
    changed,
  };
}

/** Each action as a short text. */
function told(actions: readonly RegistrationAction[]): string[] {
  return actions.map((action) => {
    if (action.kind === 'report') return `report ${action.seen.externalId}`;
    if (action.kind === 'remove') return `remove ${action.externalId} ${action.reason}`;
    return `${action.kind} ${action.desired.resource}/${action.desired.event}`;
  });
}

describe('planRegistrations', () => {
  it('creates what is not there', () => {
    expect(told(planRegistrations([messages, rooms], [], ours(), now))).toEqual([
      'create messages/all',
      'create rooms/all',
    ]);
  });

  it('leaves alone what is right', () => {
    const plan = planRegistrations([messages], [seen(messages)], ours([[messages, madeAt(messages)]]), now);
    expect(plan).toMatchObject([{ kind: 'leave', state: { status: 'active', repairs: 0 } }]);
  });

  it.each<[string, Partial<SeenRegistration>]>([
    ['name', { name: 'Renamed by somebody' }],
    ['target', { targetUrl: `https://old.example${path}` }],
    ['target, somewhere else altogether', { targetUrl: 'https://elsewhere.example/hook' }],
    ['secret', { secretFingerprint: 'another mark' }],
  ])('updates one that we made and whose %s has drifted', (_what, drift) => {
    const plan = planRegistrations([messages], [seen(messages, drift)], ours([[messages, madeAt(messages)]]), now);
    expect(told(plan)).toEqual(['update messages/all']);
  });

  it('updates after a rotation although the platform keeps the secret to itself', () => {
    const plan = planRegistrations(
      [messages],
      [seen(messages, { secretFingerprint: undefined })],
      { ...ours([[messages, madeAt(messages)]]), secretFingerprint: 'mark of the next secret' },
      now,
    );
    expect(told(plan)).toEqual(['update messages/all']);
  });

  it('takes up one with our name and address that it does not remember, and sets its secret', () => {
    expect(told(planRegistrations([messages], [seen(messages)], ours(), now))).toEqual(['update messages/all']);
  });

  it('never touches what calls another address, whatever its name', () => {
    const others = [
      seen(messages, { externalId: 'a', targetUrl: 'https://liaison.example/webhooks/webex/another' }),
      seen(messages, { externalId: 'b', targetUrl: 'https://bot.example/', active: false }),
      seen(messages, { externalId: 'c', targetUrl: `https://bot.example/?x=${path}` }),
      seen(messages, { externalId: 'd', targetUrl: 'not a url' }),
    ];
    expect(told(planRegistrations([messages], others, ours(), now))).toEqual(['create messages/all']);
  });

  it('reports what calls us under a name that is not ours', () => {
    const stranger = seen(messages, { name: 'by hand' });
    expect(told(planRegistrations([messages], [stranger], ours(), now))).toEqual([
      'create messages/all',
      `report ${stranger.externalId}`,
    ]);
  });

  it('makes another filter another webhook, the new one first', () => {
    const filtered = { ...messages, filter: 'roomType=direct' };
    const plan = planRegistrations([filtered], [seen(messages)], ours([[messages, madeAt(messages)]]), now);
    expect(told(plan)).toEqual(['create messages/all', `remove ${seen(messages).externalId} not-desired`]);
  });

  it('makes way first where an organisation may have one of a kind only', () => {
    const old: DesiredRegistration = { resource: 'rooms', event: 'created', ownedBy: 'org' };
    const plan = planRegistrations([{ ...old, event: 'all' }], [seen(old)], ours(), now);
    expect(told(plan)).toEqual([`remove ${seen(old).externalId} not-desired`, 'create rooms/all']);
  });

  it('takes filters whose parts are in another order for the same', () => {
    const wanted = { ...messages, filter: 'roomType=direct&hasFiles=true' };
    const there = { ...messages, filter: 'hasFiles=true&roomType=direct' };
    expect(told(planRegistrations([wanted], [seen(there)], ours([[wanted, madeAt(there)]]), now))).toEqual([
      'leave messages/all',
    ]);
  });

  it('keeps of several copies the one that works', () => {
    const copies = [
      seen(messages, { externalId: 'off', active: false }),
      seen(messages, { externalId: 'on' }),
      seen(messages, { externalId: 'on too' }),
    ];
    expect(told(planRegistrations([messages], copies, ours([[messages, madeAt(messages, 'on too')]]), now))).toEqual([
      'leave messages/all',
      'remove off duplicate',
      'remove on duplicate',
    ]);
  });

  it('prefers a copy that works to the one that it remembers', () => {
    const copies = [seen(messages, { externalId: 'a', active: false }), seen(messages, { externalId: 'b' })];
    expect(told(planRegistrations([messages], copies, ours([[messages, madeAt(messages, 'a')]]), now))).toEqual([
      'update messages/all',
      'remove a duplicate',
    ]);
  });

  it('does not count one webhook twice when two pages hold it', () => {
    const plan = planRegistrations(
      [messages],
      [seen(messages), seen(messages)],
      ours([[messages, madeAt(messages)]]),
      now,
    );
    expect(told(plan)).toEqual(['leave messages/all']);
  });

  it('switches on at once the first time, then waits 1, 2, 4 … 60 minutes', () => {
    const off = seen(messages, { active: false });
    let state = madeAt(messages);
    let at = now;
    const waits: number[] = [];
    for (let round = 0; round < 9; round++) {
      const [first] = planRegistrations([messages], [off], ours([[messages, state]]), at);
      if (first === undefined || !('state' in first)) throw new Error('nothing is planned');
      const dueAt = first.state.nextRepairAt ?? at;
      waits.push((dueAt.getTime() - at.getTime()) / 60_000);
      expect(first.kind).toBe(dueAt > at ? 'leave' : 'reactivate');
      const early = new Date(dueAt.getTime() - 1);
      if (dueAt > at) {
        expect(told(planRegistrations([messages], [off], ours([[messages, first.state]]), early))).toEqual([
          'leave messages/all',
        ]);
      }
      const [due] = planRegistrations([messages], [off], ours([[messages, first.state]]), dueAt);
      if (due?.kind !== 'reactivate') throw new Error('it is not switched on');
      state = reactivated(due.state, mark, dueAt);
      // It fails at once and is found off a minute later.
      at = new Date(dueAt.getTime() + 60_000);
    }
    expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('forgets earlier trouble after a quarter of an hour without any', () => {
    const troubled = reactivated(madeAt(messages), mark, now);
    const on = seen(messages);
    const offAt = (minutes: number): RegistrationAction[] => {
      const [before] = planRegistrations([messages], [on], ours([[messages, troubled]]), later(minutes));
      if (before === undefined || !('state' in before)) throw new Error('nothing is planned');
      const off = seen(messages, { active: false });
      return [...planRegistrations([messages], [off], ours([[messages, before.state]]), later(minutes + 1))];
    };
    expect(told(offAt(14))).toEqual(['leave messages/all']);
    expect(told(offAt(15))).toEqual(['reactivate messages/all']);
  });

  it('asks for what was refused later and later, but at once after a change', () => {
    const no = refused(refused(unseen, 'invalid', later(-3)), 'invalid', later(-1));
    expect(no).toMatchObject({ status: 'blocked', nextRepairAt: later(1) });
    expect(told(planRegistrations([messages], [], ours([[messages, no]]), now))).toEqual(['leave messages/all']);
    expect(told(planRegistrations([messages], [], ours([[messages, no]]), later(1)))).toEqual(['create messages/all']);
    expect(told(planRegistrations([messages], [], ours([[messages, no]], true), now))).toEqual(['create messages/all']);
  });

  describe('whatever there is', () => {
    const desired = fc.record({
      resource: fc.constantFrom('messages', 'rooms'),
      event: fc.constantFrom('all', 'created'),
      filter: fc.constantFrom(undefined, 'a=1', 'a=1&b=2', 'b=2&a=1'),
      ownedBy: fc.constantFrom(undefined, 'org' as const),
    });
    const actual = fc.record({
      ...{ externalId: fc.constantFrom('1', '2', '3', '4', '5', '6'), active: fc.boolean() },
      of: desired,
      name: fc.constantFrom('ours', 'theirs'),
      targetUrl: fc.constantFrom(targetUrl, `https://old.example${path}`, 'https://bot.example/', 'none'),
      secretFingerprint: fc.constantFrom(undefined, mark, 'other'),
    });
    const list = fc
      .uniqueArray(actual, { selector: (one) => one.externalId })
      .map((all) =>
        all.map(({ of, name, ...rest }) => seen(of, { ...rest, name: name === 'ours' ? registrationName(of) : name })),
      );
    const world = fc.tuple(fc.array(desired, { maxLength: 5 }), list, fc.subarray(['1', '2', '3']));
    const sideOf = (wanted: readonly DesiredRegistration[], ids: readonly string[]): OurSide =>
      ours(
        ids.flatMap((id, index) => (wanted[index] === undefined ? [] : [[wanted[index], madeAt(wanted[index], id)]])),
      );

    it('touches no webhook that is neither remembered nor ours by name and address', () => {
      fc.assert(
        fc.property(world, ([wanted, all, ids]) => {
          const side = sideOf(wanted, ids);
          const remembered = [...side.known.values()].map(({ externalId }) => externalId);
          for (const action of planRegistrations(wanted, all, side, now)) {
            if (!('externalId' in action)) continue;
            const touched = all.find(({ externalId }) => externalId === action.externalId);
            const isOurs = touched?.targetUrl.endsWith(path) === true && touched.name.startsWith('Liaison ');
            expect(isOurs || remembered.includes(action.externalId)).toBe(true);
          }
        }),
      );
    });

    it('needs nothing more once everything is done', () => {
      fc.assert(
        fc.property(world, ([wanted, all, ids]) => {
          const side = sideOf(wanted, ids);
          const actions = planRegistrations(wanted, all, side, now);
          const { left, known } = afterDoing(actions, all, side);
          const again = planRegistrations(wanted, left, { ...side, known }, now);
          expect(again.filter(({ kind }) => kind !== 'leave' && kind !== 'report')).toEqual([]);
          const keys = left.filter((one) => one.name.startsWith('Liaison ') && one.targetUrl === targetUrl);
          expect(new Set(keys.map(registrationKey)).size).toBe(keys.length);
        }),
      );
    });
  });
});

/** The platform and our memory of it after every action has worked. */
function afterDoing(
  actions: readonly RegistrationAction[],
  all: readonly SeenRegistration[],
  side: OurSide,
): { left: SeenRegistration[]; known: Map<string, RegistrationState> } {
  let left = [...all];
  const known = new Map<string, RegistrationState>();
  for (const action of actions) {
    if (action.kind === 'report') continue;
    if (action.kind === 'remove') left = left.filter(({ externalId }) => externalId !== action.externalId);
    else {
      const { key, desired } = action;
      const externalId = 'externalId' in action ? action.externalId : (action.state.externalId ?? `new ${key}`);
      if (action.kind !== 'leave') {
        left = [...left.filter((one) => one.externalId !== externalId), seen(desired, { externalId })];
      }
      known.set(key, { ...seenActive(action.state, externalId, now), secretFingerprint: side.secretFingerprint });
    }
  }
  return { left, known };
}
