import { describe, expect, it } from 'vitest';
import { readDataUri } from './data-uri.js';

describe('readDataUri', () => {
  it.each([
    ['data:text/plain;charset=utf-8,Hi+Tosh%0d%0a', 'Hi Tosh\r\n'],
    ['data:text/plain;charset=utf-8,1+%2B+1+%3D+2%2C+%C3%A7a+va%3F', '1 + 1 = 2, ça va?'],
    ['data:text/plain,100%+sure%', '100% sure%'],
    ['data:text/plain,%e2%82', '\ufffd'],
    ['data:text/plain,ça+va', 'ça va'],
    ['data:text/plain;charset=iso-8859-1,caf%e9', 'café'],
    ['data:text/plain;charset="UTF-8",caf%c3%a9', 'café'],
    ['data:text/plain;charset=no-such-charset,caf%c3%a9', 'café'],
    ['data:text/plain;charset=utf8,ok', 'ok'],
    ['data:text/plain;base64,ZMOpasOgIHZ1', 'déjà vu'],
    ['data:text/plain;BASE64,YSti', 'a+b'],
    ['data:text/plain;base64,Pz8/Kys%3D', '???++'],
    ['data:text/plain;charset=utf-16le;base64,aABpAA==', 'hi'],
    ['data:,plain', 'plain'],
    ['DATA:text/plain,a,b', 'a,b'],
    ['data:text/plain,', ''],
  ])('reads %s', (uri, text) => {
    expect(readDataUri(uri)?.text).toBe(text);
  });

  it('tells the media type in small letters and without parameters', () => {
    expect(readDataUri('data:Text/HTML;charset=utf-8,x')?.mediaType).toBe('text/html');
    expect(readDataUri('data:;charset=utf-8,x')?.mediaType).toBeUndefined();
  });

  it.each(['', 'data:text/plain', 'https://example.com/,x', 'xdata:,a'])('is undefined for %j', (uri) => {
    expect(readDataUri(uri)).toBeUndefined();
  });

  it('reads a megabyte of escapes and of plain text in a moment', () => {
    const started = performance.now();
    expect(readDataUri(`data:,${'%41'.repeat(300_000)}${'a+'.repeat(300_000)}`)?.text).toHaveLength(900_000);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
