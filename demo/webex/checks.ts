import { type AuthorizationDto } from '../../src/authorizations/authorization.dto.js';
import { type Check } from '../check.js';
import { type MetricsReading } from '../metrics-reading.js';
import { acknowledgedIsStored } from '../proof.js';
import { type SpaceReading } from '../space-reading.js';
import { type ToldOnWebex } from './chapter.js';
import { type WebexStage } from './connect.js';
import { differences } from './mirror.js';

/** What was read back of the chapter on Webex. */
export interface WebexReading {
  readonly stored: readonly string[];
  readonly room: SpaceReading;
  readonly authorizations: readonly AuthorizationDto[];
}

/** Everything that the chapter on Webex is told for. */
export function checkWebex(
  stage: WebexStage,
  told: ToldOnWebex,
  reading: WebexReading,
  metrics: MetricsReading,
): readonly Check[] {
  return [
    acknowledgedIsStored(reading.stored, stage.webex.deliveries),
    rateLimitLosesNothing(stage, told, reading, metrics),
    forgedIsRefused(stage, told, reading, metrics),
    authorizationIsHeld(stage, reading),
    sameAsPlatform(stage, told, reading),
  ];
}

function rateLimitLosesNothing(
  { webex }: WebexStage,
  { counter, rateLimited }: ToldOnWebex,
  { room }: WebexReading,
  metrics: MetricsReading,
): Check {
  const paused = metrics.sum('liaison_jobs_total', { kind: 'hydrate', outcome: 'pause' });
  const asked = webex.calls.count(`/v1/messages/${counter.id}`);
  const shown = room.messages.find(({ externalId }) => externalId === counter.id);
  return {
    claim:
      `The message that was answered 429 (${paused} pause counted) was asked for ${asked} times and is there, with the edit ` +
      `that nobody was told of: "${shown?.content ?? ''}"`,
    holds:
      paused === rateLimited &&
      asked > rateLimited &&
      shown?.content === counter.text &&
      (shown?.editedAt ?? null) !== null,
  };
}

function forgedIsRefused(
  { webex }: WebexStage,
  { forgery }: ToldOnWebex,
  { room }: WebexReading,
  metrics: MetricsReading,
): Check {
  const refused = metrics.sum('liaison_signature_refusals_total', { platform: 'webex', reason: 'mismatch' });
  const found = room.messages.filter(({ externalId }) => externalId === forgery.messageId).length;
  const asked = webex.calls.count(`/v1/messages/${forgery.messageId}`);
  return {
    claim:
      `The forged X-Spark-Signature: answered ${forgery.status}, ${refused} refusal counted; its message was asked for ` +
      `${asked} times and is shown ${found} times.`,
    holds: forgery.status === 401 && refused === 1 && asked === 0 && found === 0,
  };
}

function authorizationIsHeld({ webex, cast, serviceApp }: WebexStage, { authorizations }: WebexReading): Check {
  const [first] = authorizations;
  return {
    claim: `Acme's authorization of the Service App is ${first?.state ?? 'missing'}; the tokens are ${first?.tokens ?? 'missing'}.`,
    holds:
      authorizations.length === 1 &&
      first?.applicationId === serviceApp.applicationId &&
      first.organizationId === webex.org.id &&
      first.authorizedBy === cast.ada.id &&
      first.state === 'active' &&
      first.tokens === 'held',
  };
}

function sameAsPlatform({ cast }: WebexStage, { posted }: ToldOnWebex, { room }: WebexReading): Check {
  const found = differences(cast.room, posted, room);
  return {
    claim:
      found.length === 0
        ? `${posted.length} messages in the room equal Webex's: text, author, what was filled in; title and members too.`
        : `Liaison and Webex differ: ${found.join('; ')}.`,
    holds: found.length === 0,
  };
}
