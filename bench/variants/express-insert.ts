import { createServer } from 'node:http';
import express, { type Request, type Response } from 'express';
import { Pool } from 'pg';
import { fingerprint } from '../../src/common/security/fingerprint.js';
import { listen } from './listen.js';
import { createPlainTable, isSigned } from './plain-table.js';
import { type RunningVariant, type VariantSettings } from './variant.js';

interface SignedRequest extends Request {
  rawBody?: Buffer;
}

interface MessageBody {
  readonly spaceId: string;
  readonly time: number;
}

/** Named, so that Postgres parses it once per connection: the better of the two common ways. */
const insert = {
  name: 'insert-delivery',
  text: `insert into webhook_deliveries
           (received_at, source_time, connection_id, fingerprint, platform_index, retry_count, space_id, headers, body)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (connection_id, source_time, fingerprint) do nothing`,
};

/** A: what one writes by hand. Express, a pool of ten, one INSERT per request, committed by itself. */
export async function startExpressInsert({ databaseUrl }: VariantSettings): Promise<RunningVariant> {
  const pool = new Pool({ connectionString: databaseUrl, max: 10 });
  await createPlainTable(pool);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(
    express.json({
      verify: (request: SignedRequest, _response, bytes) => {
        request.rawBody = bytes;
      },
    }),
  );
  app.post('/webhooks/watson-work/:connectionId', async (request: SignedRequest, response: Response) => {
    const { rawBody } = request;
    const connectionId = String(request.params['connectionId']);
    if (rawBody === undefined || !isSigned(connectionId, rawBody, request.get('x-outbound-token'))) {
      response.status(401).end();
      return;
    }
    const { spaceId, time } = request.body as MessageBody;
    await pool.query({
      ...insert,
      values: [
        new Date(),
        new Date(time),
        connectionId,
        fingerprint(rawBody),
        Number(request.get('x-outbound-index')),
        Number(request.get('x-outbound-retry-count')),
        spaceId,
        { 'content-type': request.get('content-type'), 'x-outbound-token': request.get('x-outbound-token') },
        rawBody,
      ],
    });
    response.status(200).end();
  });
  return listen(createServer(app), () => pool.end());
}
