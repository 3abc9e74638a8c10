import { randomUUID } from 'node:crypto';
import { compactJws, type JsonMembers } from './compact-jws.js';
import { issuerV1, issuerV2, tenantTemplate } from './tenant-issuers.js';
import { skypeForBusinessAppId } from './webhook-claims.js';
import { arguable, forged, good, type TokenWorkshop, type WrongToken } from './wrong-token.js';

/** The leeway for clocks that are apart; nothing of Microsoft's is stricter or laxer. */
const skewSeconds = 300;

/** Tokens of the right key whose claims speak for somebody else, to somebody else, or of another time. */
export function wrongClaims(shop: TokenWorkshop): readonly WrongToken[] {
  return [...audiences(shop), ...issuers(shop), ...callers(shop), ...times(shop)];
}

function signer({ header, claims, key }: TokenWorkshop): (changes: JsonMembers) => string {
  return (changes) => compactJws(header, { ...claims, ...changes }, key.privateKey);
}

function audiences(shop: TokenWorkshop): readonly WrongToken[] {
  const signed = signer(shop);
  const { audience } = shop.target;
  const toTheLetter = 'The audience is compared to the letter.';
  return [
    forged('another audience', 'The token was made for somebody else.', signed({ aud: 'https://other.example' })),
    forged('audience with a trailing slash', toTheLetter, signed({ aud: `${audience}/` })),
    forged('audience in upper case', toTheLetter, signed({ aud: audience.toUpperCase() })),
    forged('audience with the right beginning', toTheLetter, signed({ aud: `${audience}.attacker.example` })),
    forged('audience with a space', toTheLetter, signed({ aud: `${audience} ` })),
    forged(
      'audience as a list of several',
      'A token for several is a token that any of them can pass on.',
      signed({ aud: [audience, 'https://other.example'] }),
    ),
    forged('audience as a list of others', 'None of them is the receiver.', signed({ aud: ['https://other.example'] })),
    forged('audience as an empty list', 'The token is for nobody.', signed({ aud: [] })),
    arguable(
      good('audience as a list of one', 'A list of one means the same (RFC 7519, 4.1.3).', signed({ aud: [audience] })),
    ),
    forged('audience null', 'The token is for nobody.', signed({ aud: null })),
    forged('audience missing', 'The token is for nobody.', signed({ aud: undefined })),
  ];
}

function issuers(shop: TokenWorkshop): readonly WrongToken[] {
  const signed = signer(shop);
  const { tenant, otherTenant = randomUUID() } = shop.target;
  const notTheIssuer = 'The issuer is built from the tenant, to the letter.';
  const noGuid = 'A tenant is named by a GUID.';
  return [
    forged(
      'another tenant',
      'Right in itself, but this tenant never agreed.',
      signed({ iss: issuerV1(otherTenant), idp: issuerV1(otherTenant), tid: otherTenant }),
    ),
    forged('tid of another tenant', 'tid is not the tenant in iss.', signed({ tid: otherTenant })),
    forged('iss of another tenant', 'tid is not the tenant in iss.', signed({ iss: issuerV1(otherTenant) })),
    forged('tid common', noGuid, signed({ tid: 'common', iss: issuerV1('common') })),
    forged('tid with a path', noGuid, signed({ tid: `${tenant}/../${otherTenant}` })),
    forged('tid empty', noGuid, signed({ tid: '', iss: issuerV1('') })),
    forged('tid as a list', noGuid, signed({ tid: [tenant] })),
    forged('tid missing', 'Whose data it is remains open.', signed({ tid: undefined })),
    forged(
      'template issuer',
      'The issuer in tenant-independent metadata is a template, no issuer.',
      signed({ iss: issuerV1(tenantTemplate) }),
    ),
    forged(
      'template issuer and template tenant',
      'The issuer in tenant-independent metadata is a template, no issuer.',
      signed({ iss: issuerV1(tenantTemplate), tid: tenantTemplate }),
    ),
    forged('issuer without its slash', notTheIssuer, signed({ iss: issuerV1(tenant).slice(0, -1) })),
    forged('issuer over http', notTheIssuer, signed({ iss: issuerV1(tenant).replace('https:', 'http:') })),
    forged(
      'issuer of another host',
      notTheIssuer,
      signed({ iss: `https://sts.windows.net.attacker.example/${tenant}/` }),
    ),
    forged('issuer of another cloud', notTheIssuer, signed({ iss: `https://sts.chinacloudapi.cn/${tenant}/` })),
    forged('issuer as a list', 'iss is one text.', signed({ iss: [issuerV1(tenant)] })),
    forged('issuer missing', notTheIssuer, signed({ iss: undefined })),
    forged('issuer of version 2 with ver 1.0', 'ver says which form iss has.', signed({ iss: issuerV2(tenant) })),
    forged('issuer of version 1 with ver 2.0', 'ver says which form iss has.', signed({ ver: '2.0' })),
    forged('unknown ver', 'There are two versions.', signed({ ver: '3.0' })),
    arguable(forged('ver missing', 'Without ver the form of iss is a guess.', signed({ ver: undefined }))),
    arguable(
      forged(
        'version 2 with an App ID URI as audience',
        'The audience of version 2 is always the client id.',
        signed({ iss: issuerV2(tenant), ver: '2.0', appid: undefined, azp: skypeForBusinessAppId }),
      ),
    ),
  ];
}

function callers(shop: TokenWorkshop): readonly WrongToken[] {
  const signed = signer(shop);
  const somebody = 'Any app of any tenant can get a token for the audience; only this one sends webhooks.';
  return [
    forged('another app', somebody, signed({ appid: randomUUID() })),
    forged('the app of Graph notifications', somebody, signed({ appid: '0bf30f3b-4a52-48df-9a82-234910c4a086' })),
    forged('app missing', somebody, signed({ appid: undefined })),
    forged('app empty', somebody, signed({ appid: '' })),
    forged('app null', somebody, signed({ appid: null })),
    forged('app as a list', 'appid is one text.', signed({ appid: [skypeForBusinessAppId] })),
    forged(
      'app in azp',
      'Version 1 names the caller in appid and nowhere else.',
      signed({ appid: undefined, azp: skypeForBusinessAppId }),
    ),
    forged(
      'another app, the right one in azp',
      'Version 1 names the caller in appid and nowhere else.',
      signed({ appid: randomUUID(), azp: skypeForBusinessAppId }),
    ),
    forged('app with the right beginning', somebody, signed({ appid: `${skypeForBusinessAppId}0` })),
    good(
      'app in upper case',
      'A GUID is the same in upper case.',
      signed({ appid: skypeForBusinessAppId.toUpperCase() }),
    ),
  ];
}

function times(shop: TokenWorkshop): readonly WrongToken[] {
  const signed = signer(shop);
  const now = shop.issuedAt;
  const past = { iat: now - 7_200, nbf: now - 7_200 };
  return [
    good('expired within the skew', 'Clocks may be five minutes apart.', signed({ ...past, exp: now - 60 })),
    forged('expired beyond the skew', 'It is over.', signed({ ...past, exp: now - skewSeconds - 60 })),
    forged('expired long ago', 'It is over.', signed({ ...past, exp: 1 })),
    good('not yet valid within the skew', 'Clocks may be five minutes apart.', signed({ nbf: now + 60 })),
    forged('not yet valid beyond the skew', 'Its time has not come.', signed({ nbf: now + skewSeconds + 120 })),
    forged('exp missing', 'A token for ever is none.', signed({ exp: undefined })),
    forged('nbf missing', 'The platform always says since when.', signed({ nbf: undefined })),
    arguable(good('iat missing', 'No rule needs it.', signed({ iat: undefined }))),
    forged('exp as text', 'exp is a number (RFC 7519, 4.1.4).', signed({ exp: String(now + 3_900) })),
    forged('exp as a date', 'exp is a number (RFC 7519, 4.1.4).', signed({ exp: '2999-01-01T00:00:00Z' })),
    forged('exp null', 'exp is a number (RFC 7519, 4.1.4).', signed({ exp: null })),
    forged('exp as a list', 'exp is a number (RFC 7519, 4.1.4).', signed({ exp: [now + 3_900] })),
    forged('exp true', 'exp is a number (RFC 7519, 4.1.4).', signed({ exp: true })),
    forged('exp negative', 'It is over.', signed({ exp: -1 })),
    forged('nbf as text', 'nbf is a number (RFC 7519, 4.1.5).', signed({ nbf: String(now) })),
    arguable(forged('iat in the future', 'It cannot have been issued tomorrow.', signed({ iat: now + 86_400 }))),
    arguable(forged('exp before nbf', 'It is valid at no time.', signed({ nbf: now + 120, exp: now + 60 }))),
    arguable(
      forged('exp in ten years', 'The platform issues tokens for about an hour.', signed({ exp: now + 315_360_000 })),
    ),
  ];
}
