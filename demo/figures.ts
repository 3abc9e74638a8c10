import { type MetricsReading } from './metrics-reading.js';
import { type Terminal } from './terminal.js';

/** Prints what arrived and what became of it, as counted by the service itself since it started. */
export function printFigures(metrics: MetricsReading, terminal: Terminal): void {
  const calls = (outcome: string): number => metrics.sum('liaison_deliveries_total', { outcome });
  const translated = (outcome: string): number => metrics.sum('liaison_translated_deliveries_total', { outcome });
  const reasons = metrics.by('liaison_signature_refusals_total', 'reason').map(([reason]) => `signature ${reason}`);
  const facts = metrics.by('liaison_events_appended_total', 'type').map(([type, count]) => `${count}\u00a0${type}`);
  terminal.figure('ownership checks answered', calls('handshake'));
  terminal.figure('calls refused', calls('refused'), reasons.join(', '));
  terminal.figure('calls stored', calls('stored'), 'committed before they were acknowledged');
  terminal.figure('calls that came again', calls('duplicate'), 'acknowledged, not stored a second time');
  terminal.figure('translated into facts', translated('facts'), 'of the calls stored');
  terminal.figure('parked as dead letters', translated('dead-letter'));
  terminal.figure('kept as unrecognized', translated('unrecognized'));
  terminal.figure('facts', metrics.sum('liaison_events_appended_total'), facts.join(', '));
}
