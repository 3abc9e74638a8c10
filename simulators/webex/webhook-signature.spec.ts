import { describe, expect, it } from 'vitest';
import { signatureHeaders } from './webhook-signature.js';

// Computed from the rule with two implementations; the bodies do not survive being parsed and written anew.
const numberForms = {
  secret: 'k',
  body: '{"id":"x","n":1.0,"big":12345678901234567890,"e":1e3}',
  sha1: 'b0ebd75e35538d2efb2c7a953a464899f2ef47d5',
  sha256: '839f95c19a6c44b7e67c9f9488ede7332e2d1ff1762fb50f55efabaaf59ccd42',
  sha512:
    '32e270d3e6ab080a4696cc102dc89117ec4f7bcf5941987216954d8cac0e1a1d1f9d42897554148d95dbd91cd02e9de3f8951c37ddc8de9121ee8d50f6455c1f',
};
const duplicateKeys = {
  secret: 'k',
  body: '{"resource":"messages","resource":"rooms","event":"created","data":{"id":"x"}}',
  sha1: '69d64c144585b5f7e13f6d25c7d1cca3ce198300',
  sha256: '0c99ff837d8d0e0218fbd5222f4206689cb38ee416d0c646783c2ebb252413f1',
  sha512:
    'b012a702a8863520110fbcf604f2f5d0549ff77a92faead7bc32f7f946e06c78f809f014b0a6ba7779554f5770508568b6b565a14826fcd0b1ea9f9b8c542ce1',
};
// A delivery of Cisco's emulator (webex/webex-api-emulator@23cf4d4, MIT), made on loopback with made-up accounts.
const emulatorBody =
  '{"id":"Y2lzY29zcGFyazovL2VtL1dFQkhPT0svZjExM2VjODEtMzE0Ny00MWYxLWJhMDItMWVhMzBiZjA1MzZj","name":"Liaison firehose","targetUrl":"http://127.0.0.1:3399/hook","resource":"messages","event":"created","filter":null,"orgId":"Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi8xMTExMTExMS0xMTExLTQxMTEtODExMS0xMTExMTExMTExMTE","createdBy":"Y2lzY29zcGFyazovL3VzL1BFT1BMRS8zMzMzMzMzMy0zMzMzLTQzMzMtODMzMy0zMzMzMzMzMzMzMzM","appId":"Y2lzY29zcGFyazovL3VzL0FQUExJQ0FUSU9OL0MyNzljYjMwYzAyOTE4MGJiNGJkYWViYjA2MWI3OTY1Y2RhMzliNjAyOTdjODUwM2YyNjZhYmY2NmM5OTllYzFm","ownedBy":"creator","status":"active","created":"2026-11-22T05:00:35.533Z","actorId":"Y2lzY29zcGFyazovL3VzL1BFT1BMRS8yMjIyMjIyMi0yMjIyLTQyMjItODIyMi0yMjIyMjIyMjIyMjI","data":{"id":"Y2lzY29zcGFyazovL2VtL01FU1NBR0UvN2E2YjgyZmMtMmVmMC00MzIxLTk1NmUtMDVmYzBlZDYwNzY1","roomId":"Y2lzY29zcGFyazovL2VtL1JPT00vYmQ2MjkwMDAtOWY3Mi00ZjI5LWJkOTAtYTY3M2NhMDU4MmY2","roomType":"group","personId":"Y2lzY29zcGFyazovL3VzL1BFT1BMRS8yMjIyMjIyMi0yMjIyLTQyMjItODIyMi0yMjIyMjIyMjIyMjI","personEmail":"ana@example.com","created":"2026-11-22T05:00:35.987Z"}}';

describe('signatureHeaders', () => {
  it.each([
    ['number forms', numberForms],
    ['duplicate keys', duplicateKeys],
  ])('agree with the vector of %s in all three digests', (_name, { secret, body, sha1, sha256, sha512 }) => {
    expect(signatureHeaders(secret, Buffer.from(body), 'both')).toEqual({
      'X-Spark-Signature': sha1,
      'X-Webex-Signature': `SHA-256=${sha256}, SHA-512=${sha512}`,
    });
  });

  it("agree with the signature of Cisco's emulator", () => {
    expect(signatureHeaders('s3cr3t', Buffer.from(emulatorBody), 'spark')).toEqual({
      'X-Spark-Signature': 'f24135c7f33f888d788728b3341af1872b3594a1',
    });
  });

  it('are the newer one alone when only that is wanted', () => {
    expect(Object.keys(signatureHeaders('k', Buffer.from('{}'), 'webex'))).toEqual(['X-Webex-Signature']);
  });
});
