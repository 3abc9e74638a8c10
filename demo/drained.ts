import { setTimeout as delay } from 'node:timers/promises';
import { type LiaisonClient } from './liaison-client.js';

const patienceMs = 10_000;
const pollMs = 50;

/** Waits until no stored delivery waits to be translated any more; false when that takes too long. */
export async function drained(api: LiaisonClient, connectionId: string): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    if ((await api.deliveries(connectionId, 'waiting')).length === 0) return true;
    if (Date.now() > deadline) return false;
    await delay(pollMs);
  }
}
