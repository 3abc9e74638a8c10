import { setTimeout as delay } from 'node:timers/promises';
import { type LiaisonClient } from './liaison-client.js';

const patienceMs = 20_000;
const pollMs = 50;

/**
 * Waits until no stored delivery waits to be translated and nothing waits to be asked of a platform's API; false when
 * that takes too long.
 */
export async function drained(api: LiaisonClient, connectionId: string): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    if (await isQuiet(api, connectionId)) return true;
    if (Date.now() > deadline) return false;
    await delay(pollMs);
  }
}

/** A job that ends between the two looks has left its answer as a delivery, which the second look finds. */
async function isQuiet(api: LiaisonClient, connectionId: string): Promise<boolean> {
  const isTranslated = async (): Promise<boolean> => (await api.deliveries(connectionId, 'waiting')).length === 0;
  const isAsked = async (): Promise<boolean> => (await api.jobs(connectionId)).length === 0;
  return (await isTranslated()) && (await isAsked()) && (await isTranslated());
}
