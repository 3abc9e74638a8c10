import { type DeliveryDto } from '../../src/lanes/delivery.dto.js';
import { type Check } from '../check.js';
import { type MetricsReading } from '../metrics-reading.js';
import { acknowledgedIsStored } from '../proof.js';
import { type SpaceReading } from '../space-reading.js';
import { type ToldOnWatsonWork } from './chapters.js';
import { type WatsonWorkStage } from './connect.js';
import { checkInHerName } from './in-her-name.js';
import { differences } from './mirror.js';

/** What was read back of the chapters on Watson Work. */
export interface WatsonWorkReading {
  readonly stored: readonly string[];
  readonly spaces: readonly SpaceReading[];
  readonly deal: SpaceReading;
  readonly deadLetters: readonly DeliveryDto[];
  readonly unrecognized: readonly DeliveryDto[];
}

/** Everything that the chapters on Watson Work are told for. */
export async function checkWatsonWork(
  stage: WatsonWorkStage,
  told: ToldOnWatsonWork,
  reading: WatsonWorkReading,
  metrics: MetricsReading,
): Promise<readonly Check[]> {
  return [
    acknowledgedIsStored(reading.stored, stage.watson.deliveries),
    await forgedIsRefused(stage, told, metrics),
    replayedIsStoredOnce(told, reading),
    spaceGoesOn(told, reading),
    lastEditIsShown(told, reading),
    sameAsPlatform(told, reading),
    await checkInHerName(stage, told.named),
  ];
}

async function forgedIsRefused(
  { api, connection }: WatsonWorkStage,
  { forgery }: ToldOnWatsonWork,
  metrics: MetricsReading,
): Promise<Check> {
  const refused = metrics.sum('liaison_signature_refusals_total', { platform: 'watson-work', reason: 'mismatch' });
  const found = (await api.messagesWith(connection.id, `"${forgery.text}"`)).length;
  return {
    claim: `The forged call: answered ${forgery.status}, ${refused} refusal counted, ${found} messages with its text.`,
    holds: forgery.status === 401 && refused === 1 && found === 0,
  };
}

function replayedIsStoredOnce({ replayed }: ToldOnWatsonWork, { stored }: WatsonWorkReading): Check {
  const copies = stored.filter((body) => body === replayed.bytes.toString('base64')).length;
  return {
    claim: `The recorded call that was sent again: answered ${replayed.status}, stored ${copies} time.`,
    holds: replayed.status === 200 && copies === 1,
  };
}

function spaceGoesOn({ kickOff }: ToldOnWatsonWork, { deal, deadLetters, unrecognized }: WatsonWorkReading): Check {
  const shown = deal.messages.find(({ externalId }) => externalId === kickOff.id);
  return {
    claim:
      `${deadLetters.length} dead letter and ${unrecognized.length} unrecognized call are kept; ` +
      `the space went on behind them: "${shown?.content ?? ''}"`,
    holds: deadLetters.length === 1 && unrecognized.length === 1 && shown !== undefined,
  };
}

function lastEditIsShown({ notice }: ToldOnWatsonWork, { deal }: WatsonWorkReading): Check {
  const content = deal.messages.find(({ externalId }) => externalId === notice.id)?.content ?? '';
  return {
    claim: `Edits that came out of order end with the one written last: "${content}"`,
    holds: content === notice.content,
  };
}

function sameAsPlatform({ cast }: ToldOnWatsonWork, { spaces }: WatsonWorkReading): Check {
  const found = [cast.deal, cast.contracts].flatMap((original) => {
    const shown = spaces.find(({ space }) => space.externalId === original.id);
    return differences(original, shown);
  });
  const count = spaces.reduce((sum, { messages }) => sum + messages.length, 0);
  return {
    claim:
      found.length === 0
        ? `${count} messages in ${spaces.length} spaces equal Watson Work's: text, annotations, reactions; members too.`
        : `Liaison and Watson Work differ: ${found.join('; ')}.`,
    holds: found.length === 0,
  };
}
