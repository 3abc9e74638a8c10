import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markVerified, type RawDelivery, type VerifiedDelivery } from '../../src/deliveries/delivery.js';
import { fetchedDelivery } from '../../src/deliveries/fetched-delivery.js';
import { recordFacts } from '../../src/events/event.js';
import { SignatureRejected } from '../../src/platforms/platform.errors.js';
import { type Platform, type VerificationContext } from '../../src/platforms/platform.js';
import { platforms } from '../../src/registry.module.js';
import { driverOf, drivers } from './drivers.js';
import { type DriverFixture } from './platform-driver.js';

const receivedAt = new Date('2025-01-01T00:00:00Z');

/** Every platform with what its driver can make; some need time to sign, and tests are named after what they made. */
const subjects = await Promise.all(
  platforms.map(async (platform: Platform) => {
    const driver = driverOf(platform.id);
    const schemes = await Promise.all(
      driver.schemes.map(async (scheme) => ({
        scheme,
        name: `${scheme.name} in ${scheme.header}`,
        genuine: await scheme.sign(driver.validBody, driver.secret),
      })),
    );
    return { id: platform.id, platform, driver, schemes };
  }),
);

function rawOf(body: Buffer, headers: RawDelivery['headers'], at = receivedAt): RawDelivery {
  return { body, query: '', headers, receivedAt: at };
}

async function accepts(platform: Platform, delivery: RawDelivery, context: VerificationContext): Promise<boolean> {
  try {
    await platform.verify(delivery, context);
    return true;
  } catch (error) {
    if (error instanceof SignatureRejected) return false;
    throw error;
  }
}

/** The characters that one changed bit makes of another, and a choice of those that signatures are written in. */
function neighbours(character: string): readonly string[] {
  const flipped = [0, 1, 2, 3, 4, 5, 6].map((bit) => String.fromCharCode(character.charCodeAt(0) ^ (1 << bit)));
  return [...new Set([...flipped, ...'0123456789abcdefABCDEF-_ ='])].filter((other) => other !== character);
}

describe('every registered platform', () => {
  it('has a driver and no driver is left over', () => {
    expect(Object.keys(drivers).sort()).toEqual(platforms.map((platform) => platform.id).sort());
  });

  it.each(subjects)('$id has a scheme and fixtures', ({ driver }) => {
    expect(driver.schemes.length).toBeGreaterThan(0);
    expect(driver.fixtures.length).toBeGreaterThan(0);
  });
});

describe.each(subjects)('the platform $id', ({ id, platform, driver, schemes }) => {
  let close: (() => Promise<void>) | undefined;
  let context: VerificationContext;

  beforeAll(async () => {
    close = await driver.open?.();
    context = await driver.contextWith(driver.secret);
  });
  afterAll(() => close?.());

  describe.each(schemes)('signed by $name', ({ scheme, genuine }) => {
    const signed = (body: Buffer, signature: string | readonly string[] | undefined) =>
      rawOf(body, signature === undefined ? {} : { [scheme.header]: signature });
    const takes = (signature: string | readonly string[] | undefined, body = driver.validBody) =>
      accepts(platform, signed(body, signature), context);

    it('accepts a genuine call and names the scheme', async () => {
      expect(scheme.name).toMatch(/^[a-z0-9-]+$/);
      expect(await platform.verify(signed(driver.validBody, genuine), context)).toBe(scheme.name);
    });

    it('accepts a genuine call without a body', async () => {
      const empty = Buffer.alloc(0);
      expect(await takes(await scheme.sign(empty, driver.secret), empty)).toBe(true);
    });

    it('accepts a signature of any active secret', async () => {
      const rotating = await driver.contextWith('first', driver.secret, 'last');
      for (const secret of ['first', driver.secret, 'last']) {
        const delivery = signed(driver.validBody, await scheme.sign(driver.validBody, secret));
        expect(await accepts(platform, delivery, rotating)).toBe(true);
      }
    });

    it('refuses a signature of a secret that is no longer active', async () => {
      const rotated = await driver.contextWith('first', 'last');
      expect(await accepts(platform, signed(driver.validBody, genuine), rotated)).toBe(false);
    });

    it.each([
      ['no signature', undefined],
      ['an empty signature', ''],
      ['a space', ' '],
      ['a truncated signature', genuine.slice(0, -2)],
      ['a signature without its last digit', genuine.slice(0, -1)],
      ['half of a signature', genuine.slice(0, genuine.length / 2)],
      ['a lengthened signature', `${genuine}00`],
      ['leading space', ` ${genuine}`],
      ['a trailing line break', `${genuine}\n`],
      ['upper case', genuine.toUpperCase()],
      ['no hex', 'z'.repeat(genuine.length)],
      ['a non-hex last digit', `${genuine.slice(0, -1)}.`],
      ['full-width digits', '\uff10'.repeat(genuine.length)],
      ['zeros', '0'.repeat(genuine.length)],
      ['the signature twice in a list', [genuine, genuine]],
      ['the signature twice in one line', `${genuine}, ${genuine}`],
      ['a megabyte', 'a'.repeat(1_048_576)],
    ])('refuses %s', async (_, signature) => {
      expect(await takes(signature)).toBe(false);
    });

    it.each(Object.entries(scheme.otherAlgorithms))('refuses %s', async (_, sign) => {
      expect(await takes(await sign(driver.validBody, driver.secret))).toBe(false);
    });

    it.each(['wrong', `${driver.secret} `, driver.secret.toUpperCase(), driver.secret.slice(1)])(
      'refuses a signature with the secret "%s"',
      async (secret) => {
        expect(await takes(await scheme.sign(driver.validBody, secret))).toBe(false);
      },
    );

    it('refuses everything while no secret is active', async () => {
      expect(await accepts(platform, signed(driver.validBody, genuine), await driver.contextWith())).toBe(false);
    });

    it('refuses it beside whatever else the platform sends when it alone is wrong', async () => {
      const all = await driver.headersOf(driver.validBody, driver.secret);
      expect(await accepts(platform, rawOf(driver.validBody, all), context)).toBe(true);
      const wrong = await scheme.sign(driver.validBody, 'wrong');
      expect(await accepts(platform, rawOf(driver.validBody, { ...all, [scheme.header]: wrong }), context)).toBe(false);
    });

    it('refuses every signature that differs in one character', async () => {
      const wronglyJudged: string[] = [];
      for (let position = 0; position < genuine.length; position++) {
        for (const character of neighbours(genuine.charAt(position))) {
          const changed = genuine.slice(0, position) + character + genuine.slice(position + 1);
          const saysTheSame = scheme.saysTheSame?.(changed, genuine) ?? false;
          if ((await takes(changed)) !== saysTheSame) wronglyJudged.push(changed);
        }
      }
      expect(wronglyJudged).toEqual([]);
    });

    it.runIf(scheme.bindsBody)('refuses every body that differs in one byte', async () => {
      const accepted: string[] = [];
      for (let position = 0; position < driver.validBody.length; position++) {
        for (let flip = 1; flip < 256; flip++) {
          const body = Buffer.from(driver.validBody);
          body[position] = (body[position] ?? 0) ^ flip;
          if (await takes(genuine, body)) accepted.push(`${position}^${flip}`);
        }
      }
      expect(accepted).toEqual([]);
    });

    it.runIf(scheme.bindsBody)('refuses every body with one byte more or less', async () => {
      const accepted: number[] = [];
      for (let position = 0; position <= driver.validBody.length; position++) {
        const [head, tail] = [driver.validBody.subarray(0, position), driver.validBody.subarray(position)];
        const longer = Buffer.concat([head, Buffer.from(' '), tail]);
        const shorter = Buffer.concat([head, tail.subarray(1)]);
        if (await takes(genuine, longer)) accepted.push(position);
        if (position < driver.validBody.length && (await takes(genuine, shorter))) accepted.push(-position);
      }
      expect(accepted).toEqual([]);
    });
  });

  it.each(driver.vectors.map((vector) => [vector.name, vector] as const))(
    'holds the signature vector %s',
    async (_, vector) => {
      const trusted = await driver.contextWith(vector.secret ?? driver.secret);
      expect(await accepts(platform, rawOf(vector.body, vector.headers), trusted)).toBe(vector.valid);
    },
  );

  /** The fixture as the service keeps it: verified, or fetched by ourselves. */
  const deliveryOf = async ({ body, headers, answerTo }: DriverFixture, at = receivedAt): Promise<VerifiedDelivery> => {
    if (answerTo !== undefined) return fetchedDelivery({ ...answerTo, contentType: 'application/json', body }, at);
    const genuine = await driver.headersOf(body, driver.secret);
    return markVerified(rawOf(body, { ...headers, ...genuine }, at), 'test');
  };
  const verified = (body: Buffer) => deliveryOf({ name: '', body, headers: {}, expected: 'facts' });
  const origin = {
    tenantId: 'tenant',
    connectionId: '019a0000-0000-7000-8000-000000000001',
    platform: id,
    deliveryId: '019a0000-0000-7000-8000-000000000002',
    deliverySeq: '1',
    learnedAt: receivedAt,
  };

  it.each(driver.fixtures.map((fixture) => [fixture.name, fixture] as const))(
    'makes of %s what is expected, and the same events each time, ids included',
    async (_, fixture) => {
      const delivery = await deliveryOf(fixture);
      if (fixture.expected === 'heartbeat') {
        expect(platform.read(delivery, context)).toEqual({ kind: 'heartbeat' });
        return;
      }
      const translation = platform.translate(delivery);
      if (translation.kind === 'unrecognized') {
        expect(fixture.expected).toBe('unrecognized');
        return;
      }
      expect(fixture.expected).toBe(translation.facts.length === 0 ? 'no facts' : 'facts');
      const again = platform.translate(await deliveryOf(fixture));
      const events = recordFacts(translation.facts, origin, (name) => platform.birthOf(name));
      expect(again.kind === 'facts' && recordFacts(again.facts, origin, (name) => platform.birthOf(name))).toEqual(
        events,
      );
      expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
    },
  );

  it('reads a call the same whenever it comes: its place and its key hang on the call alone', async () => {
    for (const fixture of driver.fixtures.filter(({ answerTo }) => answerTo === undefined)) {
      const later = await deliveryOf(fixture, new Date('2025-01-02T00:00:00Z'));
      expect(platform.read(later, context)).toEqual(platform.read(await deliveryOf(fixture), context));
    }
  });

  it('keeps an event of an unknown type as unrecognized, under a name of its own', async () => {
    if (driver.unknownType === undefined) return;
    const translation = platform.translate(await verified(driver.unknownType));
    expect(translation.kind).toBe('unrecognized');
    expect(translation.kind === 'unrecognized' && translation.platformType).toMatch(/^.{1,100}$/);
  });

  it.each([
    '',
    'null',
    '[]',
    '0',
    '"x"',
    '{',
    '\ufeff{}',
    '{"type":{}}',
    '{"type":["verification"]}',
    '{"time":1e400}',
  ])('reads the signed body %j as a delivery without throwing', async (text) => {
    expect(platform.read(await verified(Buffer.from(text)), context).kind).toBe('delivery');
  });

  it('answers its handshakes and refuses those that would sign a foreign document', async () => {
    const { answered, refused } = driver.handshakes;
    const read = async (body: Buffer) => platform.read(await verified(body), context).kind;
    expect(await Promise.all(answered.map(read))).toEqual(answered.map(() => 'handshake'));
    expect(await Promise.all(refused.map(read))).toEqual(refused.map(() => 'refused'));
  });
});
