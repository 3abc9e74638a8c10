import { type GrantDto } from '../../src/grants/grant.dto.js';
import { type PostDto } from '../../src/posts/post.dto.js';
import { type Check } from '../check.js';
import { type Storyteller } from '../storyteller.js';
import { type Cast } from './cast.js';
import { type WatsonWorkStage } from './connect.js';

/** What the chapter about acting in somebody's name leaves to be looked up. */
export interface ToldInHerName {
  readonly first: PostDto;
  readonly parked: PostDto;
  readonly lapsed: GrantDto;
  readonly second: PostDto;
  readonly delegations: number;
}

const lookEveryMs = 50;
const patienceMs = 15_000;
const salesApp = { displayName: 'the CRM' };

/** Sofia consents, a post appears in her name; she takes her consent back, and the next post waits until she gives it again. */
export async function inHerName(stage: WatsonWorkStage, cast: Cast, story: Storyteller): Promise<ToldInHerName> {
  const { api, watson, connection } = stage;
  const { sofia, deal } = cast;
  story.chapter('In her own name');
  const space = (await api.spaces(connection.id)).find(({ externalId }) => externalId === deal.id);
  if (space === undefined) throw new Error('The space of the deal is not known yet.');
  const post = (key: string, text: string): Promise<PostDto> =>
    api.post(key, { connectionId: connection.id, spaceId: space.id, text, as: { user: sofia.id } });
  const postOnce = (id: string, condition: (found: PostDto) => boolean): Promise<PostDto> =>
    eventually(() => api.postOf(id), condition);

  const grant = await api.startGrant(connection.id);
  watson.consentAs(sofia);
  const page = await inABrowser(grant.authorizeUrl);
  await story.tell(sofia, `follows the link, agrees, and comes back  →  ${page}`);
  const asked = await post('demo-opportunity-1', 'I have opened the opportunity "Acme renewal 2" in the CRM.');
  await story.tell(salesApp, 'has a new opportunity of hers and asks for a post in her name');
  const sent = await postOnce(asked.id, ({ state }) => state === 'sent');
  await story.tell(sofia, `"${sent.content.text ?? ''}" (via Liaison)`);
  const first = await postOnce(asked.id, ({ messageId }) => messageId !== null);

  watson.revokeRefreshTokens(sofia);
  watson.expireTokens();
  await story.tell(sofia, 'takes her consent back at the platform');
  const again = await post('demo-opportunity-2', 'The opportunity "Acme renewal 2" is in negotiation.');
  const parked = await postOnce(again.id, ({ state }) => state === 'parked');
  const lapsed = await eventually(
    () => api.grant(grant.id),
    ({ state }) => state === 'needs-reauthorization',
  );
  await story.tell(salesApp, `asks for the next post: it is ${parked.state}, the grant says ${lapsed.health}`);
  const back = await inABrowser(lapsed.reconnectUrl ?? '');
  await story.tell(sofia, `follows the link to connect again, and agrees  →  ${back}`);
  await postOnce(again.id, ({ state }) => state === 'sent');
  await story.tell(sofia, 'and the post that waited is there');
  const second = await postOnce(again.id, ({ messageId }) => messageId !== null);
  watson.consentAs(undefined);
  return { first, parked, lapsed, second, delegations: (await api.delegations(grant.id)).length };
}

/** Both posts are there once, in her name, and each act in it is in the ledger. */
export async function checkInHerName({ api, connection }: WatsonWorkStage, told: ToldInHerName): Promise<Check> {
  const { first, second, parked, delegations } = told;
  const counts: number[] = [];
  for (const { content } of [first, second]) {
    counts.push((await api.messagesWith(connection.id, `"${content.text ?? ''}"`)).length);
  }
  const acts = first.attempts.length + second.attempts.length;
  return {
    claim: `Two posts in Sofia's name: there ${counts.join(' and ')} time; the second was ${parked.state} until she consented again; ${acts} acts, ${delegations} in the ledger.`,
    holds: counts.every((count) => count === 1) && parked.state === 'parked' && delegations === acts && acts > 0,
  };
}

/** What a browser does with a link: it follows redirects and shows the page at the end. */
async function inABrowser(link: string): Promise<string> {
  const response = await fetch(link);
  const title = /<h1>([^<]*)<\/h1>/.exec(await response.text())?.[1];
  return `${response.status} "${title ?? ''}"`;
}

async function eventually<T>(read: () => Promise<T>, condition: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const value = await read();
    if (condition(value)) return value;
    if (performance.now() > deadline) throw new Error(`still not so: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
