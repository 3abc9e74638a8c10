import { LRUCache } from 'lru-cache';

/** A token of the app for one tenant. */
export interface HeldToken {
  readonly text: string;
  /** From then on a new one is asked for; the old one still holds. */
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

/** What our application may do for one endpoint, and the host that it was told by. */
export interface DiscoveredApplication {
  /** The base of every href that has none of its own. */
  readonly url: string;
  /** Undefined without the permission to send and receive messages. */
  readonly startMessaging: string | undefined;
}

/** Links change when the platform moves an application. */
const keptForMs = 3_600_000;
const maxEndpoints = 1_000;

/**
 * What all calls of one connection share: tokens by tenant, applications by endpoint, and what of both is being asked for.
 * It holds no way out, so that each piece of work calls by its own.
 */
export class AppMemory {
  readonly tokens = new Map<string, HeldToken>();
  readonly tokensUnderWay = new Map<string, Promise<HeldToken>>();
  readonly applications = new LRUCache<string, Promise<DiscoveredApplication>>({ max: maxEndpoints, ttl: keptForMs });
}
