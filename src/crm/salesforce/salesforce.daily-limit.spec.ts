import { describe, expect, it } from 'vitest';
import { DailyLimit } from './salesforce.daily-limit.js';

const org = 'https://acme.my.salesforce.com';

describe('DailyLimit', () => {
  it.each([
    ['api-usage=949/1000', false],
    ['api-usage=950/1000', true],
    ['api-usage=1000/1000', true],
    ['api-usage=18/5000; per-app-api-usage=17/250(appName=liaison)', false],
    ['api-usage=18/5000; per-app-api-usage=249/250(appName=liaison)', true],
    ['', false],
    [undefined, false],
  ])('after "%s" leaves the org alone: %s', (header, isLeft) => {
    const limit = new DailyLimit(() => 0);
    limit.note(org, header);
    if (isLeft) expect(() => limit.heed(org)).toThrow(expect.objectContaining({ reason: 'rate-limited' }));
    else expect(() => limit.heed(org)).not.toThrow();
  });

  it('says for how long, lets a call through after that and goes by what its answer says', () => {
    let now = 0;
    const limit = new DailyLimit(() => now);
    limit.note(org, 'api-usage=96/100');
    now = 600_000;
    expect(() => limit.heed(org)).toThrow(expect.objectContaining({ retryAfterSeconds: 300 }));
    expect(() => limit.heed('https://other.my.salesforce.com')).not.toThrow();
    now = 900_000;
    expect(() => limit.heed(org)).not.toThrow();
    limit.note(org, 'api-usage=95/100');
    expect(() => limit.heed(org)).toThrow(expect.objectContaining({ retryAfterSeconds: 900 }));
    now = 1_800_000;
    limit.note(org, 'api-usage=20/100');
    expect(() => limit.heed(org)).not.toThrow();
  });
});
