import { type Stage } from './stage.js';
import { type Outcome } from './summary.js';
import { type Terminal } from './terminal.js';

const width = 100;

/** Prints how to go on by hand. */
export function printWayOn({ service, settings, webex }: Stage, outcome: Outcome, terminal: Terminal): void {
  const { url } = service;
  terminal.heading('Ask it yourself');
  for (const path of [
    '/v1/messages?limit=5',
    '/v1/events?limit=5',
    '/v1/spaces',
    '/v1/conversations',
    '/v1/messages?q=notice+OR+weekend',
    `/v1/messages/${outcome.messageId}/history`,
    `/v1/spaces/${outcome.spaceId}/members`,
    `/v1/connections/${webex.connection.id}/registrations`,
    '/v1/authorizations',
    '/v1/jobs',
    '/v1/deliveries?status=dead-letter',
  ]) {
    printCall('curl -s', settings.keyForShell, url + path, terminal);
  }
  if (outcome.deadLetterId !== undefined) {
    printCall('curl -s -X POST', settings.keyForShell, `${url}/v1/deliveries/${outcome.deadLetterId}/replay`, terminal);
  }
  terminal.text('');
  terminal.pair('API in the browser', `${url}/docs`);
  terminal.pair('metrics', `${url}/metrics`);
  terminal.pair('demo key', settings.keyForShell);
  terminal.text('');
}

/** One command on one line, or on two where it is long; either can be pasted as it is. */
function printCall(command: string, key: string, url: string, terminal: Terminal): void {
  const start = `${command} -H ${key.startsWith('$') ? `"Authorization: Bearer ${key}"` : `'Authorization: Bearer ${key}'`}`;
  const whole = `${start} '${url}'`;
  if (whole.length <= width) terminal.verbatim(whole);
  else {
    terminal.verbatim(`${start} \\`);
    terminal.verbatim(`  '${url}'`);
  }
}
