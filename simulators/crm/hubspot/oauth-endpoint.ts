import { randomUUID } from 'node:crypto';
import { mediaType, type HttpCall } from '../../common/http-exchange.js';
import { type CrmAnswer } from '../common/crm-server.js';

/** What an installed app and its account share. */
export interface InstalledApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

/** `POST /oauth/v3/token` for refreshing: the refresh token stays as it is, and errors are not in OAuth's words. */
export function tokenAnswer(
  app: InstalledApp | undefined,
  call: HttpCall,
  { accessToken, portalId }: { readonly accessToken: string; readonly portalId: string },
): CrmAnswer {
  const form = new URLSearchParams(call.body.toString('utf8'));
  const isForm = call.method === 'POST' && mediaType(call) === 'application/x-www-form-urlencoded';
  if (!isForm || form.get('grant_type') !== 'refresh_token')
    return refusal('BAD_GRANT_TYPE', 'missing or unknown grant type');
  if (app?.clientId !== form.get('client_id')) return refusal('BAD_CLIENT_ID', 'missing or unknown client id');
  if (form.get('client_secret') !== app.clientSecret)
    return refusal('BAD_CLIENT_SECRET', 'missing or invalid client secret');
  if (form.get('refresh_token') !== app.refreshToken) {
    return refusal('BAD_REFRESH_TOKEN', 'missing or invalid refresh token');
  }
  return {
    status: 200,
    body: {
      token_type: 'bearer',
      access_token: accessToken,
      refresh_token: app.refreshToken,
      expires_in: 1_800,
      hub_id: Number(portalId),
      user_id: 9,
      scopes: ['oauth', 'crm.objects.deals.read'],
    },
  };
}

function refusal(status: string, message: string): CrmAnswer {
  return { status: 400, body: { status, message, correlationId: randomUUID() } };
}
