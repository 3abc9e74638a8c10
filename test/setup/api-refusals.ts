import { randomUUID } from 'node:crypto';
import { type ApiRequest } from './api-calls.js';
import { type ApiStage } from './api-stage.js';

export interface Refusal {
  readonly status: number;
  readonly operationId: string;
  readonly request: ApiRequest;
  readonly credential?: string | null;
}

/** One request for each problem that a request can cause. `reader` may only read. */
export function refusals({ ids }: ApiStage, reader: string): readonly Refusal[] {
  const post = { connectionId: ids['connections'], spaceId: ids['spaces'], as: 'app', text: 'Acme has signed.' };
  const connection = { platform: 'watson-work', name: 'x', settings: {}, secrets: {} };
  return [
    { status: 400, operationId: 'listMessages', request: { query: { limit: 0, since: 'yesterday' } } },
    { status: 401, operationId: 'listMessages', request: {}, credential: null },
    { status: 403, operationId: 'listConnections', request: {}, credential: reader },
    { status: 404, operationId: 'getMessage', request: { path: { id: randomUUID() } } },
    { status: 406, operationId: 'listMessages', request: { headers: { accept: 'text/html' } } },
    { status: 409, operationId: 'createPost', request: { headers: { 'idempotency-key': 'used-before' }, body: post } },
    { status: 413, operationId: 'createConnection', request: { body: { ...connection, name: 'x'.repeat(300_000) } } },
    { status: 414, operationId: 'listMessages', request: { query: { q: 'x'.repeat(9_000) } } },
    {
      status: 415,
      operationId: 'createConnection',
      request: { headers: { 'content-type': 'text/plain' }, body: connection },
    },
    {
      status: 502,
      operationId: 'startConversation',
      request: {
        body: { connectionId: ids['unreachable'], endpoint: 'sip:a@tenant-a.example', to: 'sip:b@tenant-a.example' },
      },
    },
  ];
}
