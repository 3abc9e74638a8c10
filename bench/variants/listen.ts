import { once } from 'node:events';
import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type RunningVariant } from './variant.js';

/** Lets a server listen on a free port; `close` lets go of what is behind it. */
export async function listen(server: Server, close: () => Promise<void>): Promise<RunningVariant> {
  server.keepAliveTimeout = 65_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async stop() {
      server.close();
      server.closeAllConnections();
      await close();
    },
  };
}
