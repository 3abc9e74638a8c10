import { describe, expect, it } from 'vitest';
import { multipartRelated } from '../../../../simulators/skype-for-business/multipart-related.js';
import { InvalidInput } from '../../../common/errors/liaison-error.js';
import { startRequest } from './start-request.js';

const start = { operationId: 'op-1', to: 'sip:mira@contoso.com' };

describe('startRequest', () => {
  it('is JSON with what was told and nothing else', () => {
    const { contentType, body } = startRequest({ ...start, subject: 'Hello', callbackContext: 'c' });
    expect(contentType).toBe('application/json');
    expect(JSON.parse(body.toString())).toEqual({ ...start, subject: 'Hello', callbackContext: 'c' });
  });

  it('is multipart/related with an attachment, whatever bytes that has', () => {
    const bytes = Buffer.from([0, 255, 13, 10, 45, 45, 13, 10]);
    const { contentType, body } = startRequest({ ...start, attachment: { contentType: 'image/png', bytes } });
    const read = multipartRelated(contentType, Buffer.from(body));
    const json = JSON.parse(read?.root.body ?? '') as { _links: { customContent: { href: string } } };
    expect(json).toMatchObject(start);
    const part = read?.parts.get(json._links.customContent.href.replace('cid:', ''));
    expect(part).toEqual({ type: 'image/png', body: bytes });
    expect(contentType).toMatch(/^multipart\/related; boundary="[^"]+"; type="application\/json"$/);
  });

  it.each([
    { operationId: '' },
    { operationId: 'x'.repeat(51) },
    { to: 'mira@contoso.com' },
    { to: 'sip:a b' },
    { subject: 'x'.repeat(251) },
    { attachment: { contentType: 'image/png\r\nX-Evil: 1', bytes: Buffer.alloc(0) } },
    { attachment: { contentType: 'png', bytes: Buffer.alloc(0) } },
  ])('refuses %j', (change) => {
    expect(() => startRequest({ ...start, ...change })).toThrow(InvalidInput);
  });
});
