import { describe, expect, it } from 'vitest';
import { type CreatePost } from './post.dto.js';
import { hashOf, requestIn } from './post-request.js';

const base: CreatePost = {
  connectionId: '019A0000-0000-7000-8000-00000000000A',
  spaceId: '019a0000-0000-7000-8000-000000000002',
  as: 'app',
  text: 'hello',
};
const hash = (body: CreatePost): string => hashOf(requestIn(body));

describe('the hash of a request', () => {
  it('is the same for ids in capitals and for members in another order', () => {
    const card = { type: 'AdaptiveCard', body: [{ a: 1, b: { c: 2, d: 3 } }] };
    const reordered = { body: [{ b: { d: 3, c: 2 }, a: 1 }], type: 'AdaptiveCard' };
    expect(hash({ ...base, connectionId: base.connectionId.toLowerCase() })).toBe(hash(base));
    expect(hash({ ...base, card })).toBe(hash({ ...base, card: reordered }));
  });

  it('stays what it is in every version, because it is stored', () => {
    expect(hash(base)).toBe(hash({ ...base }));
    // SHA-256 over the request in its one spelling, computed apart from this code.
    expect(hash(base)).toBe('c20849e8-24bc-e854-821a-9b12d1068bf5');
  });

  it.each<Partial<CreatePost>>([
    { text: 'hello ' },
    { markdown: 'hello' },
    { html: 'hello' },
    { title: 'hello' },
    { card: {} },
    { as: { user: 'app' } },
    { endpoint: 'sip:a@b.example' },
    { replyTo: '019a0000-0000-7000-8000-000000000003' },
    { spaceId: '019a0000-0000-7000-8000-000000000003' },
  ])('differs for %j', (change) => {
    expect(hash({ ...base, ...change })).not.toBe(hash(base));
  });

  it('differs by the order in lists', () => {
    expect(hash({ ...base, card: { body: [1, 2] } })).not.toBe(hash({ ...base, card: { body: [2, 1] } }));
  });
});
