import { type ConversationDto } from '../../src/conversations/conversation.dto.js';
import { type Check } from '../check.js';
import { type MetricsReading } from '../metrics-reading.js';
import { acknowledgedIsStored } from '../proof.js';
import { type SpaceReading } from '../space-reading.js';
import { type ToldOnSkypeForBusiness } from './chapter.js';
import { type SkypeForBusinessStage } from './connect.js';
import { differences } from './mirror.js';

/** What was read back of the chapter on Skype for Business. */
export interface SkypeForBusinessReading {
  readonly stored: readonly string[];
  readonly conversation: ConversationDto | undefined;
  readonly space: SpaceReading | undefined;
}

/** Everything that the chapter on Skype for Business is told for. */
export function checkSkypeForBusiness(
  { skype }: SkypeForBusinessStage,
  told: ToldOnSkypeForBusiness,
  reading: SkypeForBusinessReading,
  metrics: MetricsReading,
): readonly Check[] {
  // A sign of life and the intruder's call have no number.
  const calls = skype.deliveries.filter(({ ack }) => ack !== undefined);
  return [
    acknowledgedIsStored(reading.stored, calls),
    rolloverDoesNoHarm(told, calls),
    intruderIsRefused(told, reading, metrics),
    heartbeatIsAnswered(told, metrics),
    sameAsPlatform(told, reading),
  ];
}

function rolloverDoesNoHarm(
  { rollover }: ToldOnSkypeForBusiness,
  calls: readonly { readonly status: number | string }[],
): Check {
  const taken = calls.filter(({ status }) => status === 200).length;
  return {
    claim:
      `The signing key changed in the middle: keys were read ${rollover.before} time before and ` +
      `${rollover.after - rollover.before} time after, and ${taken} of ${calls.length} calls were taken.`,
    holds: taken === calls.length && rollover.before === 1 && rollover.after === 2,
  };
}

function intruderIsRefused(
  { intrusion }: ToldOnSkypeForBusiness,
  { space }: SkypeForBusinessReading,
  metrics: MetricsReading,
): Check {
  const refused = metrics.sum('liaison_signature_refusals_total', { platform: 'skype-for-business', reason: 'tenant' });
  const found = space?.messages.filter(({ content }) => content?.includes(intrusion.text) === true).length ?? 0;
  return {
    claim: `The token of another tenant: answered ${intrusion.status}, ${refused} refusal counted, ${found} messages with its text.`,
    holds: intrusion.status === 401 && refused === 1 && found === 0,
  };
}

function heartbeatIsAnswered({ heartbeat }: ToldOnSkypeForBusiness, metrics: MetricsReading): Check {
  const counted = metrics.sum('liaison_deliveries_total', { outcome: 'heartbeat' });
  return {
    claim: `The sign of life: answered ${heartbeat.status}, ${counted} counted, nothing stored.`,
    holds: heartbeat.status === 200 && counted === 1,
  };
}

function sameAsPlatform({ conversation, people }: ToldOnSkypeForBusiness, reading: SkypeForBusinessReading): Check {
  const found = differences(conversation, people, reading.conversation, reading.space);
  return {
    claim:
      found.length === 0
        ? `${conversation.messages.length} messages of the chat equal the platform's: text, form and author; people, subject and end too.`
        : `Liaison and Skype for Business differ: ${found.join('; ')}.`,
    holds: found.length === 0,
  };
}
