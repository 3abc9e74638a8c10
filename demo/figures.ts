import { type MetricsReading } from './metrics-reading.js';
import { type PlatformReading } from './platform-reading.js';
import { type Terminal } from './terminal.js';

/** Prints what arrived from each platform and what became of it. */
export function printArrivals(
  platforms: readonly PlatformReading[],
  metrics: MetricsReading,
  terminal: Terminal,
): void {
  const row = (label: string, count: (platform: PlatformReading) => number): void =>
    terminal.row(
      label,
      platforms.map((platform) => String(count(platform))),
    );
  const inSpaces = (list: 'members' | 'messages'): ((platform: PlatformReading) => number) => {
    return ({ spaces }) => spaces.reduce((sum, space) => sum + space[list].length, 0);
  };
  const translated = (outcome: string): ((platform: PlatformReading) => number) => {
    return ({ id }) => metrics.sum('liaison_translated_deliveries_total', { platform: id, outcome });
  };
  terminal.row(
    '',
    platforms.map(({ name }) => name),
  );
  row('calls refused', ({ id }) => metrics.sum('liaison_signature_refusals_total', { platform: id }));
  row('calls stored', ({ calls }) => calls.length);
  row('answers of its API stored', ({ answers }) => answers);
  row('  translated into facts', translated('facts'));
  row('  parked as dead letters', translated('dead-letter'));
  row('  kept as unrecognized', translated('unrecognized'));
  row('spaces', ({ spaces }) => spaces.length);
  row('  messages', inSpaces('messages'));
  row('  members, former ones too', inSpaces('members'));
  row('conversations', ({ conversations }) => conversations.length);
}

/** Prints what the service itself has counted since it started. */
export function printFigures(platforms: readonly PlatformReading[], metrics: MetricsReading, terminal: Terminal): void {
  const calls = (outcome: string): number => metrics.sum('liaison_deliveries_total', { outcome });
  const jobs = (outcome: string): number => metrics.sum('liaison_jobs_total', { kind: 'hydrate', outcome });
  const reasons = platforms.flatMap(({ id, name }) =>
    metrics.by('liaison_signature_refusals_total', 'reason', { platform: id }).map(([reason]) => `${name}: ${reason}`),
  );
  const facts = metrics.by('liaison_events_appended_total', 'type').map(([type, count]) => `${count}\u00a0${type}`);
  terminal.figure('ownership checks answered', calls('handshake'));
  terminal.figure('signs of life answered', calls('heartbeat'));
  terminal.figure('calls refused', calls('refused'), reasons.join(', '));
  terminal.figure('stored', calls('stored'), 'committed before they were acknowledged');
  terminal.figure('came again', calls('duplicate'), 'acknowledged, not stored a second time');
  terminal.figure('read from an API', jobs('done'), `${jobs('pause')} had to wait for a rate limit`);
  terminal.figure('facts', metrics.sum('liaison_events_appended_total'), facts.join(', '));
}
