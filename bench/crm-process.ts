import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { answerCalls } from './remote.js';

/** How an endpoint behaves: it does its work, takes calls and never answers, or turns every call away for a second. */
export type CrmBehaviour = 'healthy' | 'dead' | 'storm';

/** The calls of the process that plays the CRMs. */
export interface CrmApi {
  listen(input: null): Promise<{ readonly port: number }>;
  /** From now on; calls that a dead one holds are let go when it is not dead any more. */
  behave(input: { readonly path: string; readonly as: CrmBehaviour }): Promise<null>;
  /** How many calls came in at a path so far. */
  calls(input: { readonly path: string }): Promise<number>;
}

const behaviours = new Map<string, CrmBehaviour>();
const counts = new Map<string, number>();
const held = new Map<string, Set<ServerResponse>>();

const server = createServer((request, response) => {
  const path = request.url ?? '';
  request.resume();
  request.once('end', () => {
    counts.set(path, (counts.get(path) ?? 0) + 1);
    const as = behaviours.get(path);
    if (as === 'healthy') response.writeHead(204).end();
    else if (as === 'storm') response.writeHead(429, { 'retry-after': '1' }).end();
    else heldAt(path).add(response);
  });
});

function heldAt(path: string): Set<ServerResponse> {
  const responses = held.get(path) ?? new Set();
  held.set(path, responses);
  return responses;
}

const api: CrmApi = {
  async listen() {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A TCP server that listens has an AddressInfo.
    return { port: (server.address() as AddressInfo).port };
  },
  behave({ path, as }) {
    behaviours.set(path, as);
    if (as !== 'dead') for (const response of heldAt(path)) response.destroy();
    if (as !== 'dead') heldAt(path).clear();
    return Promise.resolve(null);
  },
  calls: ({ path }) => Promise.resolve(counts.get(path) ?? 0),
};

answerCalls(api);
