import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { layOut, timeOfUuidV7 } from './uuid-v7.js';

/** What an id names; part of the hashed name, so that a space and a message with one external id differ. */
export type EntityKind =
  | 'space'
  | 'message'
  | 'annotation'
  | 'reaction'
  | 'member'
  | 'conversation'
  | 'invitation'
  | 'authorization'
  | 'activity'
  | 'crm-record'
  | 'crm-change'
  | 'event';

/** Spaces and members come again with every fact; the others seldom do, and hashing costs less than forgetting them. */
const recurring: ReadonlySet<EntityKind> = new Set(['space', 'member']);
const known = new LRUCache<string, string>({ max: 50_000 });

/**
 * Our id of something that a platform named: a UUIDv7 that is a pure function of its parent's id and its own name.
 * Every process, every replay and every rebuild therefore arrives at the same id without asking the database. The time
 * part is `bornMs` where the platform's id tells when the thing was made, else the parent's time; the remaining 74 bits
 * are taken from SHA-256 (name-based, as RFC 9562 section 6.5 allows for custom layouts).
 */
export function entityId(kind: EntityKind, parentId: string, name: string, bornMs?: number): string {
  const key = `${kind}\n${parentId}\n${name}`;
  const found = recurring.has(kind) ? known.get(key) : undefined;
  if (found !== undefined) return found;
  const digest = createHash('sha256').update(key).digest('hex');
  const id = layOut(bornMs ?? timeOfUuidV7(parentId), digest.slice(0, 3), digest.slice(3, 19));
  if (recurring.has(kind)) known.set(key, id);
  return id;
}
