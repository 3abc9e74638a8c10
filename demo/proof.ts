import { type DeliveryDto } from '../src/lanes/delivery.dto.js';
import { type Check } from './check.js';
import { type LiaisonClient } from './liaison-client.js';

/** A request that a platform made, as it saw it. */
interface Attempt {
  readonly bytes: Buffer;
  /** Anything but a number stands for an answer that never came. */
  readonly status: number | string;
}

/** What vouches for answers that the service asked a platform's API for: they were not sent to it. */
const fetchedScheme = 'fetched';

/** The bodies of the stored calls of a connection, as the API hands them out: base64 of the very bytes. */
export async function storedCalls(api: LiaisonClient, connectionId: string): Promise<readonly string[]> {
  const bodies: string[] = [];
  for (const { id, signatureScheme } of await api.deliveries(connectionId)) {
    if (signatureScheme !== fetchedScheme) bodies.push((await api.delivery(id)).body);
  }
  return bodies;
}

/** The answers of the platform's API that are stored. */
export async function storedAnswers(api: LiaisonClient, connectionId: string): Promise<readonly DeliveryDto[]> {
  const deliveries = await api.deliveries(connectionId);
  return deliveries.filter(({ signatureScheme }) => signatureScheme === fetchedScheme);
}

/** Compares a platform's record of its calls with what is stored, byte for byte. */
export function acknowledgedIsStored(stored: readonly string[], attempts: readonly Attempt[]): Check {
  const kept = new Set(stored);
  const sent = new Set(bodiesOf(attempts));
  const acknowledged = new Set(bodiesOf(attempts.filter(({ status }) => status === 200)));
  const missing = [...acknowledged].filter((body) => !kept.has(body)).length;
  const unexplained = [...kept].filter((body) => !sent.has(body)).length;
  const repeated = stored.length - kept.size;
  return {
    claim:
      `Acknowledged = stored: ${acknowledged.size} different calls acknowledged, ${stored.length} stored, byte for byte; ` +
      `${missing} missing, ${repeated} doubled, ${unexplained} unexplained.`,
    holds: missing === 0 && unexplained === 0 && repeated === 0 && acknowledged.size === stored.length,
  };
}

function bodiesOf(attempts: readonly Attempt[]): readonly string[] {
  return attempts.map(({ bytes }) => bytes.toString('base64'));
}
