import { describe, expect, it } from 'vitest';
import { hmacKey } from '../../src/common/security/hmac.js';
import { markVerified, type RawDelivery } from '../../src/deliveries/delivery.js';
import { recordFacts } from '../../src/events/event.js';
import { SignatureRejected } from '../../src/platforms/platform.errors.js';
import { type Platform, type Translation } from '../../src/platforms/platform.js';
import { platforms } from '../../src/registry.module.js';
import { driverOf, drivers } from './platform-driver.js';

const receivedAt = new Date('2025-01-01T00:00:00Z');

describe('every registered platform', () => {
  it('has a driver and no driver is left over', () => {
    expect(Object.keys(drivers).sort()).toEqual(platforms.map((platform) => platform.id).sort());
  });
});

describe.each(platforms.map((platform: Platform) => ({ id: platform.id, platform })))(
  'the platform $id',
  ({ id, platform }) => {
    const driver = driverOf(id);
    const contextOf = (...secrets: string[]) => ({ settings: driver.settings, webhookKeys: secrets.map(hmacKey) });
    const context = contextOf(driver.secret);
    const raw = (body: Buffer, signature?: string | readonly string[], headers = {}): RawDelivery => ({
      body,
      headers: { ...headers, ...(signature === undefined ? {} : { [driver.signatureHeader]: signature }) },
      receivedAt,
    });
    const genuine = driver.sign(driver.validBody, driver.secret);
    const accepts = async (delivery: RawDelivery, keys = context): Promise<boolean> => {
      try {
        await platform.verify(delivery, keys);
        return true;
      } catch (error) {
        if (error instanceof SignatureRejected) return false;
        throw error;
      }
    };
    const translate = (body: Buffer, headers = {}): Translation =>
      platform.translate(markVerified(raw(body, driver.sign(body, driver.secret), headers), 'test'));

    it('accepts a genuine signature and names its scheme', async () => {
      expect(await platform.verify(raw(driver.validBody, genuine), context)).toMatch(/^[a-z0-9-]+$/);
    });

    it('accepts a genuine signature over an empty body', async () => {
      const empty = Buffer.alloc(0);
      expect(await accepts(raw(empty, driver.sign(empty, driver.secret)))).toBe(true);
    });

    it('accepts a signature of any active secret', async () => {
      const keys = contextOf('first', driver.secret, 'last');
      expect(await accepts(raw(driver.validBody, genuine), keys)).toBe(true);
      expect(await accepts(raw(driver.validBody, driver.sign(driver.validBody, 'last')), keys)).toBe(true);
    });

    it.each([
      ['no signature', undefined],
      ['an empty signature', ''],
      ['a space', ' '],
      ['a truncated signature', genuine.slice(0, -2)],
      ['a signature without its last digit', genuine.slice(0, -1)],
      ['a lengthened signature', `${genuine}00`],
      ['leading space', ` ${genuine}`],
      ['a trailing line break', `${genuine}\n`],
      ['upper case', genuine.toUpperCase()],
      ['no hex', 'z'.repeat(genuine.length)],
      ['a non-hex last digit', `${genuine.slice(0, -1)}g`],
      ['full-width digits', '\uff10'.repeat(genuine.length)],
      ['zeros', '0'.repeat(genuine.length)],
      ['the signature twice in a list', [genuine, genuine]],
      ['the signature twice in one line', `${genuine}, ${genuine}`],
      ['a megabyte', 'a'.repeat(1_048_576)],
    ])('refuses %s', async (_, signature) => {
      expect(await accepts(raw(driver.validBody, signature))).toBe(false);
    });

    it.each(Object.entries(driver.otherAlgorithms))('refuses %s', async (_, sign) => {
      expect(await accepts(raw(driver.validBody, sign(driver.validBody, driver.secret)))).toBe(false);
    });

    it.each(['wrong', `${driver.secret} `, driver.secret.toUpperCase(), driver.secret.slice(1)])(
      'refuses a signature with the secret "%s"',
      async (secret) => {
        expect(await accepts(raw(driver.validBody, driver.sign(driver.validBody, secret)))).toBe(false);
      },
    );

    it('refuses everything while no secret is active', async () => {
      expect(await accepts(raw(driver.validBody, genuine), contextOf())).toBe(false);
    });

    it('refuses every body that differs in one byte', async () => {
      const accepted: string[] = [];
      for (let position = 0; position < driver.validBody.length; position++) {
        for (let flip = 1; flip < 256; flip++) {
          const body = Buffer.from(driver.validBody);
          body[position] = (body[position] ?? 0) ^ flip;
          if (await accepts(raw(body, genuine))) accepted.push(`${position}^${flip}`);
        }
      }
      expect(accepted).toEqual([]);
    });

    it('refuses every body with one byte more or less', async () => {
      const accepted: number[] = [];
      for (let position = 0; position <= driver.validBody.length; position++) {
        const [head, tail] = [driver.validBody.subarray(0, position), driver.validBody.subarray(position)];
        const longer = Buffer.concat([head, Buffer.from(' '), tail]);
        const shorter = Buffer.concat([head, tail.subarray(1)]);
        if (await accepts(raw(longer, genuine))) accepted.push(position);
        if (position < driver.validBody.length && (await accepts(raw(shorter, genuine)))) accepted.push(-position);
      }
      expect(accepted).toEqual([]);
    });

    it('refuses every signature that differs in one character', async () => {
      const accepted: string[] = [];
      for (let position = 0; position < genuine.length; position++) {
        for (const character of '0123456789abcdefABCDEF-_ =') {
          if (character === genuine[position]) continue;
          const changed = genuine.slice(0, position) + character + genuine.slice(position + 1);
          if (await accepts(raw(driver.validBody, changed))) accepted.push(changed);
        }
      }
      expect(accepted).toEqual([]);
    });

    it.each(driver.vectors.map((vector) => [vector.name, vector] as const))(
      'holds the signature vector %s',
      async (_, vector) => {
        expect(await accepts(raw(vector.body, vector.signature))).toBe(vector.valid);
      },
    );

    it.each(driver.fixtures.map((fixture) => [fixture.name, fixture] as const))('translates %s', (_, fixture) => {
      const translation = translate(fixture.body, fixture.headers);
      expect(translation.kind).toBe(fixture.expected);
      if (translation.kind === 'facts') expect(translation.facts.length).toBeGreaterThan(0);
    });

    it('gives the same events, ids included, when a delivery is translated twice', () => {
      const origin = {
        tenantId: 'tenant',
        connectionId: '019a0000-0000-7000-8000-000000000001',
        platform: id,
        deliveryId: '019a0000-0000-7000-8000-000000000002',
        deliverySeq: '1',
        learnedAt: receivedAt,
      };
      const eventsOf = (body: Buffer) => {
        const translation = translate(body);
        return translation.kind === 'facts'
          ? recordFacts(translation.facts, origin, (name) => platform.birthOf(name))
          : [];
      };
      for (const fixture of driver.fixtures) expect(eventsOf(fixture.body)).toEqual(eventsOf(fixture.body));
    });

    it('keeps an event of an unknown type as unrecognized', () => {
      expect(translate(driver.unknownType).kind).toBe('unrecognized');
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
    ])('reads the signed body %j as a delivery without throwing', (text) => {
      const body = Buffer.from(text);
      const verified = markVerified(raw(body, driver.sign(body, driver.secret)), 'test');
      expect(platform.read(verified, context).kind).toBe('delivery');
    });

    it('answers its handshakes and refuses those that would sign a foreign document', () => {
      const read = (body: Buffer) =>
        platform.read(markVerified(raw(body, driver.sign(body, driver.secret)), 'test'), context).kind;
      expect(driver.handshakes.answered.map(read)).toEqual(driver.handshakes.answered.map(() => 'handshake'));
      expect(driver.handshakes.refused.map(read)).toEqual(driver.handshakes.refused.map(() => 'refused'));
    });
  },
);
