import { endpointOf } from '../../../src/common/outbound/endpoint.js';
import { OutboundHttp } from '../../../src/common/outbound/outbound-http.js';
import { type ConnectorCalls } from '../../../src/crm/connector.js';
import { tryton } from '../../../src/crm/tryton/tryton.crm.js';
import { type TrytonPlace } from './tryton-place.js';

/** The connector as a connection has it, by the guarded way out; `end` closes that. */
export function callsAt(
  { url, database, service }: TrytonPlace,
  login: { readonly user: string; readonly password: string } = service,
): { readonly calls: ConnectorCalls; end(): Promise<void> } {
  const http = new OutboundHttp({ allow: [endpointOf(new URL(url))] });
  const account = {
    settings: { apiUrl: url, database, user: login.user, webUrl: 'https://crm.example/' },
    secret: (name: string) => (name === 'password' ? login.password : undefined),
    appToken: () => Promise.reject(new Error('Tryton has no tokens')),
    organizationToken: () => Promise.resolve(undefined),
  };
  return { calls: tryton.connector.at(account, http), end: () => http.close() };
}
