import { Inject, Injectable } from '@nestjs/common';
import { type StoredDelivery, toVerified } from '../deliveries/stored-delivery.js';
import { recordFacts, type LiaisonEvent } from '../events/event.js';
import { Untranslatable } from '../platforms/platform.errors.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';

export type TranslatedDelivery =
  | { readonly kind: 'facts'; readonly events: readonly LiaisonEvent[] }
  | { readonly kind: 'dead-letter' | 'unrecognized'; readonly reason: string; readonly detail: string };

/** Turns stored deliveries into events by their platform's translator. Never throws: what fails is a dead letter. */
@Injectable()
export class DeliveryTranslator {
  readonly #platforms: ReadonlyMap<string, Platform>;

  constructor(@Inject(PLATFORMS) platforms: readonly Platform[]) {
    this.#platforms = new Map(platforms.map((platform) => [platform.id, platform]));
  }

  translate(row: StoredDelivery): TranslatedDelivery {
    const platform = this.#platforms.get(row.platform);
    if (platform === undefined) {
      return {
        kind: 'dead-letter',
        reason: 'platform-not-served',
        detail: 'This version does not serve the platform.',
      };
    }
    try {
      const translation = platform.translate(toVerified(row));
      if (translation.kind === 'unrecognized') {
        const detail = `There is no translation for events of the type "${translation.platformType}".`;
        return { kind: 'unrecognized', reason: 'unrecognized-type', detail };
      }
      const origin = {
        tenantId: row.tenantId,
        connectionId: row.connectionId,
        platform: row.platform,
        deliveryId: row.id,
        deliverySeq: row.seq,
        learnedAt: row.receivedAt,
      };
      return { kind: 'facts', events: recordFacts(translation.facts, origin, (id) => platform.birthOf(id)) };
    } catch (error) {
      if (error instanceof Untranslatable) {
        return { kind: 'dead-letter', reason: error.reason, detail: error.detail };
      }
      const name = error instanceof Error ? error.name : 'unknown error';
      return { kind: 'dead-letter', reason: 'translator-failed', detail: `The translator failed with ${name}.` };
    }
  }
}
