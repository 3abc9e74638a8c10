import { createServer } from 'node:http';
import { type RunningVariant } from './variant.js';
import { listen } from './listen.js';

/** L0: reads the body and answers. It exists to show how much the load generator could offer. */
export async function startBareHttp(): Promise<RunningVariant> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-length': '0' });
      response.end();
    });
  });
  return listen(server, () => Promise.resolve());
}
