import { IsOptional, IsString } from 'class-validator';
import { filledTextOf, isJsonObject, memberOf, parseJsonBytes, type JsonObject } from '../../src/common/json/json.js';
import { decodeLowerHex, digestsEqual, hmac } from '../../src/common/security/hmac.js';
import { singleHeader } from '../../src/deliveries/delivery.js';
import { SignatureRejected, Untranslatable } from '../../src/platforms/platform.errors.js';
import { type Platform } from '../../src/platforms/platform.js';
import { WebhookSecrets } from '../../src/platforms/webhook-secrets.dto.js';

class TinySettings {
  @IsOptional()
  @IsString()
  readonly language?: string;
}

/**
 * A made-up platform, whole: it calls with `{"room", "id", "from", "text", "at"}` and HMAC-SHA256 in `x-tiny-signature`. It
 * goes by a name that nobody serves yet, and is what docs/platforms/adding-one.md walks through.
 */
export const tinyPlatform: Platform = {
  id: 'tiny',
  settings: TinySettings,
  secrets: WebhookSecrets,
  addresses: () => [],
  verify(delivery, { webhookKeys }) {
    const presented = decodeLowerHex(singleHeader(delivery, 'x-tiny-signature') ?? '', 32);
    if (presented === undefined) throw new SignatureRejected('malformed');
    const isSigned = webhookKeys.some((key) => digestsEqual(hmac('sha256', key, delivery.body), presented));
    if (!isSigned) throw new SignatureRejected('mismatch');
    return 'hmac-sha256';
  },
  read(delivery) {
    const body = objectIn(delivery.body) ?? {};
    const at = memberOf(body, 'at');
    return {
      kind: 'delivery',
      laneKey: filledTextOf(body, 'room') ?? '',
      sourceTimeMs: typeof at === 'number' ? at : undefined,
      platformIndex: undefined,
      retryCount: undefined,
    };
  },
  translate(delivery) {
    const body = objectIn(delivery.body);
    const [room, id, from, text] = ['room', 'id', 'from', 'text'].map((name) => body && filledTextOf(body, name));
    if (room === undefined || id === undefined) throw new Untranslatable('missing-field', 'No room or no id.');
    if (text === undefined) return { kind: 'unrecognized', platformType: 'without text' };
    const actor = from === undefined ? {} : { actor: { externalId: from } };
    const said = { space: { externalId: room }, data: { messageExternalId: id, content: text }, ...actor };
    return { kind: 'facts', facts: [{ type: 'message.created', occurredAt: delivery.receivedAt, ...said }] };
  },
  birthOf: () => undefined,
  keptHeaders: ['content-type'],
};

function objectIn(bytes: Buffer): JsonObject | undefined {
  const parsed = parseJsonBytes(bytes);
  return parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined;
}
