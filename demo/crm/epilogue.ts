import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type DoubleEntry } from '../../simulators/crm/common/crm-double.js';
import { type PostDto } from '../../src/posts/post.dto.js';
import { type Check } from '../check.js';
import { type Stage } from '../stage.js';
import { type Terminal } from '../terminal.js';
import { crmSecret } from './secret.js';

const lookEveryMs = 50;
const patienceMs = 20_000;
const sofia = { externalId: 'u-7', displayName: 'Sofia Berg', email: 'sofia.berg@example.com' };

/** The deal's space is linked to its opportunity: the conversation comes to the CRM, and what happens there into the space. */
export async function keepTheCrmInStep(stage: Stage, spaceId: string, terminal: Terminal): Promise<readonly Check[]> {
  const { api, doubles } = stage;
  const { crm } = doubles;
  terminal.heading('The CRM is kept in step');
  const opportunity = crm.addRecord({ kind: 'opportunity', name: 'Acme renewal 2', stage: 'Negotiation' });
  const connection = await api.createCrmConnection({
    platform: 'generic',
    name: 'Deals',
    settings: { url: `${crm.url}/liaison` },
    secrets: { signingSecrets: crmSecret, webhookSecrets: [crmSecret] },
  });
  const record = { kind: 'opportunity', externalId: opportunity };
  await api.linkToCrm({ connectionId: connection.id, spaceId, record, since: '2000-01-01T00:00:00Z' });
  terminal.faint('POST /v1/crm/links says that the space of the deal belongs to the opportunity "Acme renewal 2".');
  const entries = (): readonly DoubleEntry[] =>
    crm.entries().filter(({ recordExternalId }) => recordExternalId === opportunity);
  const [entry] = await eventually(entries, (found) => found.length > 0);
  terminal.pair(
    'in the CRM',
    `${entry?.title ?? ''}: ${entry?.text.split('\n').length ?? 0} lines, of which the last ones`,
  );
  for (const line of (entry?.text ?? '').split('\n').slice(-6, -1)) terminal.text(`    ${line}`);

  const path = new URL(connection.webhookUrl).pathname;
  const now = Date.now();
  await tell(api.baseUrl + path, { record, name: 'Acme renewal 2', stage: 'Negotiation', owner: sofia }, now - 60_000);
  await tell(api.baseUrl + path, { record, isClosed: true, isWon: true, amount: '12500.00', currency: 'EUR' }, now);
  terminal.faint('The CRM says, signed by Standard Webhooks, that the opportunity of Sofia Berg is won.');
  const posts = async (): Promise<readonly PostDto[]> =>
    (await api.posts(spaceId)).filter(({ requestedBy }) => requestedBy === `crm:${connection.id}`);
  const [post] = await eventually(posts, ([found]) => found?.state === 'sent');
  const inWhoseName = post?.as === 'app' ? 'the app' : 'Sofia Berg';
  terminal.pair('in the space', `"${post?.content.text ?? ''}", in the name of ${inWhoseName}`);
  await doubles.clock.advance(1_000);
  const isBack = ([found]: readonly DoubleEntry[]): boolean => found?.text.includes('is won') === true;
  const [last] = await eventually(entries, isBack);
  const told = await posts();
  return [
    {
      claim: `The conversation stands at the opportunity as ${entries().length} entry, with what the CRM itself had us say.`,
      holds: entries().length === 1 && last !== undefined,
    },
    {
      claim: `News of the CRM: ${told.length} post, in the name of its owner, and no loop.`,
      holds: told.length === 1 && post?.as !== 'app',
    },
  ];
}

/** As the CRM's own automation does it: with the secret that both sides know. */
async function tell(url: string, data: object, at: number): Promise<void> {
  const [id, seconds] = [randomUUID(), Math.floor(Date.now() / 1_000)];
  const body = JSON.stringify({ type: 'record.changed', timestamp: new Date(at).toISOString(), data });
  const key = Buffer.from(crmSecret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': `v1,${signature}`,
    },
    body,
  });
  if (!response.ok) throw new Error(`the CRM's call was answered ${response.status}`);
}

async function eventually<T>(read: () => T | Promise<T>, condition: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const value = await read();
    if (condition(value)) return value;
    if (performance.now() > deadline) throw new Error('the CRM was not kept in step in time');
    await delay(lookEveryMs);
  }
}
