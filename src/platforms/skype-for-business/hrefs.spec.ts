import { describe, expect, it } from 'vitest';
import { conversationIn, pathOf, personIn, personNamed } from './hrefs.js';

const conversation = '/platformservice/tgt-0/v1/applications/1/communication/conversations/0b7c';

describe('hrefs', () => {
  it.each([
    ['/a/b?endpointId=sip:x@y#z', '/a/b'],
    ['https://pool.example:4443/a/b?c', '/a/b'],
    ['//attacker.example/a/b', '/a/b'],
    ['https://attacker.example', ''],
    ['/participants/tel:+15550100', '/participants/tel:+15550100'],
    ['messages/2', 'messages/2'],
  ])('keep of %s the path alone', (href, path) => {
    expect(pathOf(href)).toBe(path);
  });

  it.each([
    [`${conversation}?endpointId=sip:desk@contoso.com`, '0b7c'],
    [`https://pool.example${conversation}/messaging/messages/2`, '0b7c'],
    ['/conversations/a%7eb', 'a~b'],
    ['/conversations/', undefined],
    ['/communication?conversations/1', undefined],
  ])('name in %s the conversation %s', (href, id) => {
    expect(conversationIn(href)).toBe(id);
  });

  it.each([
    ['participants/mira@contoso.com', 'sip:mira@contoso.com'],
    ['participants/Mira@Contoso.COM/messaging', 'sip:mira@contoso.com'],
    ['participants/mira%40contoso.com?endpointId=sip:desk@contoso.com', 'sip:mira@contoso.com'],
    ['participants/sip:Mira@contoso.com', 'sip:mira@contoso.com'],
    ['participants/tel:+15550100', 'tel:+15550100'],
    ['participants/tel:%2b15550100', 'tel:+15550100'],
    ['participants/678', '678'],
    ['participants/Opaque-ID', 'Opaque-ID'],
  ])('name in %s the person %s', (end, id) => {
    expect(personIn(`${conversation}/${end}`)).toBe(id);
  });

  it('name a person as the uri of the same person does', () => {
    expect(personNamed('sip:Mira@Contoso.com')).toBe(personIn('/participants/mira@contoso.com'));
    expect(personNamed('TEL:+15550100')).toBe(personIn('/participants/tel:+15550100'));
  });
});
