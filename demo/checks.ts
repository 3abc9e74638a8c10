import { type DeliveryDto } from '../src/lanes/delivery.dto.js';
import { Rebuild } from '../src/lanes/rebuild.js';
import { type MetricsReading } from './metrics-reading.js';
import { differences } from './mirror.js';
import { compareWithPlatform, storedBodies } from './proof.js';
import { type SpaceReading } from './space-reading.js';
import { type Stage } from './stage.js';
import { type Told } from './story.js';

/** A sentence with figures that were read back, and whether they are what they should be. */
export interface Check {
  readonly claim: string;
  readonly holds: boolean;
}

/** What was read back of the story. */
export interface Reading {
  readonly metrics: MetricsReading;
  readonly spaces: readonly SpaceReading[];
  readonly deal: SpaceReading;
  readonly deadLetters: readonly DeliveryDto[];
  readonly unrecognized: readonly DeliveryDto[];
}

/** Everything that the story is told for. */
export async function checkStory(stage: Stage, told: Told, reading: Reading): Promise<readonly Check[]> {
  const stored = await storedBodies(stage.api, stage.connection.id);
  return [
    acknowledgedIsStored(stage, stored),
    nothingIsDoubled(stage, stored, reading),
    await forgedIsRefused(stage, told, reading),
    replayedIsStoredOnce(told, stored),
    spaceGoesOn(told, reading),
    lastEditIsShown(told, reading),
    sameAsPlatform(told, reading),
    await rebuildIsEqual(stage),
  ];
}

function acknowledgedIsStored({ watson }: Stage, stored: readonly string[]): Check {
  const proof = compareWithPlatform(stored, watson.deliveries);
  return {
    claim:
      `Acknowledged = stored: ${proof.acknowledged} different calls acknowledged, ${proof.stored} stored, byte for byte; ` +
      `${proof.missing} missing, ${proof.repeated} doubled, ${proof.unexplained} unexplained.`,
    holds: proof.holds,
  };
}

function nothingIsDoubled({ watson }: Stage, stored: readonly string[], { metrics }: Reading): Check {
  const again = metrics.sum('liaison_deliveries_total', { outcome: 'duplicate' });
  // Besides the platform's own calls there was one that a stranger had recorded.
  const expected = watson.deliveries.length + 1 - stored.length;
  return {
    claim: `Calls that came again: ${again}; by the platform's record and the stranger's call: ${expected}.`,
    holds: again === expected && again > 0,
  };
}

async function forgedIsRefused({ api, connection }: Stage, { forgery }: Told, { metrics }: Reading): Promise<Check> {
  const refused = metrics.sum('liaison_signature_refusals_total', { reason: 'mismatch' });
  const found = (await api.messagesWith(connection.id, `"${forgery.text}"`)).length;
  return {
    claim: `The forged call: answered ${forgery.status}, ${refused} refusal counted, ${found} messages with its text.`,
    holds: forgery.status === 401 && refused === 1 && found === 0,
  };
}

function replayedIsStoredOnce({ replayed }: Told, stored: readonly string[]): Check {
  const copies = stored.filter((body) => body === replayed.bytes.toString('base64')).length;
  return {
    claim: `The recorded call that was sent again: answered ${replayed.status}, stored ${copies} time.`,
    holds: replayed.status === 200 && copies === 1,
  };
}

function spaceGoesOn({ kickOff }: Told, { deal, deadLetters, unrecognized }: Reading): Check {
  const shown = deal.messages.find(({ externalId }) => externalId === kickOff.id);
  return {
    claim:
      `${deadLetters.length} dead letter and ${unrecognized.length} unrecognized call are kept; ` +
      `the space went on behind them: "${shown?.content ?? ''}"`,
    holds: deadLetters.length === 1 && unrecognized.length === 1 && shown !== undefined,
  };
}

function lastEditIsShown({ notice }: Told, { deal }: Reading): Check {
  const content = deal.messages.find(({ externalId }) => externalId === notice.id)?.content ?? '';
  return {
    claim: `Edits that came out of order end with the one written last: "${content}"`,
    holds: content === notice.content,
  };
}

function sameAsPlatform({ cast }: Told, { spaces }: Reading): Check {
  const found = [cast.deal, cast.contracts].flatMap((original) => {
    const shown = spaces.find(({ space }) => space.externalId === original.id);
    return differences(original, shown);
  });
  const count = spaces.reduce((sum, { messages }) => sum + messages.length, 0);
  return {
    claim:
      found.length === 0
        ? `${count} messages in ${spaces.length} spaces equal the platform's: text, annotations, reactions; members too.`
        : `Liaison and the platform differ: ${found.join('; ')}.`,
    holds: found.length === 0,
  };
}

async function rebuildIsEqual({ service }: Stage): Promise<Check> {
  const report = await service.app.get(Rebuild).verify();
  const tables = report.tables.map(({ table, rows }) => `${rows}\u00a0${table}`).join(', ');
  return {
    claim: `liaison rebuild --verify: ${report.equal ? 'equal' : 'NOT EQUAL'} row for row, from ${report.events} events (${tables}).`,
    holds: report.equal,
  };
}
