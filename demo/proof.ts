import { type DeliveryAttempt } from '../simulators/watson-work/delivery-record.js';
import { type LiaisonClient } from './liaison-client.js';

/** What the platform was told is safe, against what is there. */
export interface Proof {
  /** Different calls that the platform saw acknowledged. */
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged and not stored. */
  readonly missing: number;
  /** Stored and never sent. */
  readonly unexplained: number;
  /** Stored more than once. */
  readonly repeated: number;
  readonly holds: boolean;
}

/** The bodies of all stored calls of a connection, as the API hands them out: base64 of the very bytes. */
export async function storedBodies(api: LiaisonClient, connectionId: string): Promise<readonly string[]> {
  const bodies: string[] = [];
  for (const { id } of await api.deliveries(connectionId)) bodies.push((await api.delivery(id)).body);
  return bodies;
}

/** Compares the platform's record of its calls with what is stored, byte for byte. */
export function compareWithPlatform(stored: readonly string[], attempts: readonly DeliveryAttempt[]): Proof {
  const kept = new Set(stored);
  const sent = new Set(bodiesOf(attempts));
  const acknowledged = new Set(bodiesOf(attempts.filter(({ status }) => status === 200)));
  const missing = [...acknowledged].filter((body) => !kept.has(body)).length;
  const unexplained = [...kept].filter((body) => !sent.has(body)).length;
  const repeated = stored.length - kept.size;
  return {
    acknowledged: acknowledged.size,
    stored: stored.length,
    missing,
    unexplained,
    repeated,
    holds: missing === 0 && unexplained === 0 && repeated === 0 && acknowledged.size === stored.length,
  };
}

function bodiesOf(attempts: readonly DeliveryAttempt[]): readonly string[] {
  return attempts.map(({ bytes }) => bytes.toString('base64'));
}
