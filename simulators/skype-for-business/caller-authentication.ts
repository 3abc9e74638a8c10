import { randomInt, randomUUID } from 'node:crypto';
import { type HttpAnswer, type HttpCall } from '../common/http-exchange.js';
import { type MicrosoftIdentitySimulator } from '../common/microsoft-identity/microsoft-identity-simulator.js';

export interface Caller {
  readonly clientId: string;
  readonly tenantId: string;
}

/** Sources disagree which of these names the interface, so both do. */
const ownAudiences: readonly unknown[] = [
  'https://api.skypeforbusiness.com',
  'https://NOAMmeetings.resources.lync.com',
];

/** Who calls, by the bearer token; undefined for anything the identity platform did not issue for this interface. */
export function callerOf(call: HttpCall, identity: MicrosoftIdentitySimulator): Caller | undefined {
  const [, token] = /^Bearer ([^\s]+)$/i.exec(call.headers.authorization ?? '') ?? [];
  const claims = token === undefined ? undefined : identity.accessTokenClaims(token);
  if (claims === undefined || !ownAudiences.includes(claims['aud'])) return undefined;
  const { appid, tid } = claims;
  return typeof appid === 'string' && typeof tid === 'string' ? { clientId: appid, tenantId: tid } : undefined;
}

/** Two challenges in two headers, and no body that a program could read. */
export function challengeAnswer(identityUrl: string, host: string): HttpAnswer {
  const skype = '00000004-0000-0ff1-ce00-000000000000';
  const authorizationUri = `${identityUrl}/common/oauth2/authorize`;
  return {
    status: 401,
    headers: {
      'Cache-Control': 'private',
      'Content-Type': 'text/html; charset=utf-8',
      'WWW-Authenticate': [
        `Bearer trusted_issuers="00000002-0000-0ff1-ce00-000000000000@${host},${skype}@${host}", client_id="${skype}", authorization_uri="${authorizationUri}"`,
        `MsRtcOAuth href="https://${host}/WebTicket/oauthtoken",grant_type="urn:microsoft.rtc:windows,urn:microsoft.rtc:anonmeeting,password"`,
      ],
      'X-MS-Server-Fqdn': host,
      'X-MS-Correlation-Id': String(randomInt(1, 4_294_967_296)),
      'client-request-id': `ResExp/${randomUUID()}`,
    },
  };
}
