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

/** Compares the platform's record of its calls with the bytes that Liaison hands out, call by call. */
export async function compareWithPlatform(
  api: LiaisonClient,
  connectionId: string,
  attempts: readonly DeliveryAttempt[],
): Promise<Proof> {
  const stored: string[] = [];
  for (const { id } of await api.deliveries(connectionId)) stored.push((await api.delivery(id)).body);
  const kept = new Set(stored);
  const sent = new Set(attempts.map(({ bytes }) => bytes.toString('base64')));
  const acknowledged = new Set(
    attempts.filter(({ status }) => status === 200).map(({ bytes }) => bytes.toString('base64')),
  );
  const missing = acknowledged.difference(kept).size;
  const unexplained = kept.difference(sent).size;
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
