import { type Response } from 'express';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Caller } from './caller.js';
import { RateLimit, RateLimited } from './rate-limit.js';

const caller = (subject: string, tenantId = 'tenant'): Caller => ({ tenantId, subject, scopes: [] });

/** The part of an answer that headers go to. */
function answer(): { readonly headers: Map<string, string>; readonly response: Response } {
  const headers = new Map<string, string>();
  const response: Partial<Response> = {
    setHeader(name: string, value: string) {
      headers.set(name, value);
      // What Express gives back is not used.
      return this as Response;
    },
  };
  // Nothing else of it is touched.
  return { headers, response: response as Response };
}

describe('RateLimit', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('gives the whole quota again a minute after the first request, and not before', async () => {
    const limit = new RateLimit({ requestsPerMinute: 2, failedLoginsPerMinute: 0 });
    const { headers, response } = answer();
    await limit.enforce(caller('a'), response);
    vi.advanceTimersByTime(30_000);
    await limit.enforce(caller('a'), response);
    vi.advanceTimersByTime(29_999);
    await expect(limit.enforce(caller('a'), response)).rejects.toMatchObject({ retryAfterSeconds: 1 });
    vi.advanceTimersByTime(1);
    await limit.enforce(caller('a'), response);
    expect(headers.get('ratelimit')).toBe('"caller";r=1;t=60');
  });

  it('counts subjects of the same name apart in each tenant', async () => {
    const limit = new RateLimit({ requestsPerMinute: 1, failedLoginsPerMinute: 0 });
    const { response } = answer();
    await limit.enforce(caller('jwt:a', 'b c'), response);
    await limit.enforce(caller('c jwt:a', 'b'), response);
    await limit.enforce(caller('jwt:a', 'b'), response);
    await expect(limit.enforce(caller('jwt:a', 'b'), response)).rejects.toBeInstanceOf(RateLimited);
  });

  it('that is switched off says nothing, but for keys with a limit of their own', async () => {
    const limit = new RateLimit({ requestsPerMinute: 0, failedLoginsPerMinute: 0 });
    const { headers, response } = answer();
    for (let i = 0; i < 1_000; i++) await limit.enforce(caller('a'), response);
    expect([...headers]).toEqual([]);
    const bounded = { ...caller('key:b'), key: { expiresAt: null, requestsPerMinute: 1 } };
    await limit.enforce(bounded, response);
    await expect(limit.enforce(bounded, response)).rejects.toBeInstanceOf(RateLimited);
  });
});
