import { type KeyObject } from '../common/security/hmac.js';
import { type LiaisonError } from '../common/errors/liaison-error.js';
import { type RawDelivery, type VerifiedDelivery } from '../deliveries/delivery.js';
import { type Fact } from '../events/event.js';

/** The names in webhook paths and in our API. */
export type PlatformId = 'watson-work' | 'skype-for-business' | 'webex' | 'microsoft-teams';

/** What verification may use: the connection's settings and the webhook keys that are valid at that moment. */
export interface VerificationContext {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly webhookKeys: readonly KeyObject[];
}

/** An answer that a platform demands at once, byte for byte. */
export interface HandshakeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a verified call is, as far as receiving must know: a few fields, read leniently, never an exception. */
export type Reading =
  | { readonly kind: 'handshake'; readonly reply: HandshakeReply }
  | { readonly kind: 'refused'; readonly error: LiaisonError }
  | {
      readonly kind: 'delivery';
      /** The unit of ordering, usually the space's external id; empty where the call names none. */
      readonly laneKey: string;
      /** The event's own time inside the signed part, in ms since the epoch; it must be the same in every retry. */
      readonly sourceTimeMs: number | undefined;
      readonly platformIndex: number | undefined;
      readonly retryCount: number | undefined;
    };

export type Translation =
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  /** A kind of event that we have no word for: kept, counted, and translated by a later version through a replay. */
  | { readonly kind: 'unrecognized'; readonly platformType: string };

/**
 * The port of a collaboration platform: an object of functions, so that verification and translation stay pure and a
 * spec calls them directly. Adding a platform is one folder that makes such an object and one line in the registry.
 */
export interface Platform {
  readonly id: PlatformId;
  /** A class-validator class that describes `settings` of a connection. */
  readonly settings: new () => object;
  /** A class-validator class that describes `secrets` of a connection. */
  readonly secrets: new () => object;
  /**
   * Checks the raw bytes and headers against the platform's scheme and answers the scheme's name. Throws
   * `SignatureRejected`; silence is impossible, so a forgotten `if` fails closed.
   */
  verify(delivery: RawDelivery, context: VerificationContext): string | Promise<string>;
  /** Never throws: a signed call with an odd body is a delivery like any other. */
  read(delivery: VerifiedDelivery, context: VerificationContext): Reading;
  /** Pure. Throws `Untranslatable` for what cannot be understood; the delivery then becomes a dead letter. */
  translate(delivery: VerifiedDelivery): Translation;
  /** When the platform made the thing of that id (ms), where its ids tell; keeps our ids in time order. */
  birthOf(externalId: string): number | undefined;
  /** The names of headers that are kept with the delivery. */
  readonly keptHeaders: readonly string[];
}

/** Injection token of the list of all platforms. */
export const PLATFORMS = Symbol('platforms');
