import { encodeCursor } from '../../src/common/http/page.js';
import { type History } from './history.js';

/** One thing to ask, in many forms that differ only in where they look. */
export interface Question {
  readonly name: string;
  /** Paths for this service. */
  readonly ours: readonly string[];
  /** Paths that ask the yardstick the same; none where it has no answer. */
  readonly theirs: readonly string[];
}

const forms = 200;
const page = 'limit=50';
const lowestId = '00000000-0000-0000-0000-000000000000';

/** What is asked, first page first: the others are compared with it. */
export function questionsOf({ messages, busySpaceId, from, until }: History): readonly Question[] {
  const busy = `spaceId=${busySpaceId}&${page}`;
  const timeAt = (share: number): string =>
    new Date(from.getTime() + (until.getTime() - from.getTime()) * share).toISOString();
  // Lists begin with the newest; this is how far back a form looks.
  const depths = (least: number, most: number): readonly number[] =>
    Array.from({ length: forms }, (_, index) => least + ((most - least) * ((index * 7919) % forms)) / forms);
  const cursorAt = (depth: number): string => encodeCursor('messages', [timeAt(1 - depth), lowestId]);
  const behind = (filter: string, rows: number) => (depth: number) => ({
    ours: `/v1/messages?${filter}&cursor=${cursorAt(depth)}`,
    theirs: `/v1/messages?${filter}&skip=${Math.round(depth * rows)}`,
  });
  const both = (name: string, list: readonly { ours: string; theirs: string }[]): Question => ({
    name,
    ours: list.map(({ ours }) => ours),
    theirs: list.map(({ theirs }) => theirs),
  });
  const same = (path: string): { ours: string; theirs: string } => ({ ours: path, theirs: path });
  return [
    both('first page of a space', [same(`/v1/messages?${busy}`)]),
    both('a page in the middle of a space', depths(0.4, 0.6).map(behind(busy, messages / 2))),
    both('a page near the beginning of a space', depths(0.9, 0.99).map(behind(busy, messages / 2))),
    both('a page in the middle of everything', depths(0.4, 0.6).map(behind(page, messages))),
    {
      name: 'a page of a space as it was half a year ago',
      ours: depths(0.4, 0.6).map((depth) => `/v1/messages?${busy}&asOf=${timeAt(1 - depth)}`),
      theirs: [],
    },
    {
      name: 'a page of a space as we knew it half a year ago',
      ours: depths(0.4, 0.6).map(
        (depth) => `/v1/messages?${busy}&knownAt=${timeAt(1 - depth)}&asOf=${timeAt(1 - depth)}`,
      ),
      theirs: [],
    },
    {
      name: 'a space and its members as they were',
      ours: depths(0.1, 0.9).flatMap((depth) => [
        `/v1/spaces/${busySpaceId}?asOf=${timeAt(1 - depth)}`,
        `/v1/spaces/${busySpaceId}/members?${page}&asOf=${timeAt(1 - depth)}`,
      ]),
      theirs: [],
    },
    both('search: a word in each tenth message', [same(`/v1/messages?${page}&q=deal`)]),
    both('search: the same in one space', [same(`/v1/messages?${busy}&q=deal`)]),
    both('search: a word in one of 100,000', [same(`/v1/messages?${page}&q=quetzal`)]),
    both(
      'search: a word that one message has',
      depths(0.01, 0.99).map((depth) => same(`/v1/messages?${page}&q=n${Math.round(depth * messages)}`)),
    ),
    both('search: a phrase', [
      { ours: `/v1/messages?${page}&q=%22deal%20agreed%22`, theirs: `/v1/messages?${page}&q=deal%20agreed` },
    ]),
    {
      name: 'search: two words by relevance',
      ours: [`/v1/messages?${page}&q=agreed%20deal&sort=relevance`],
      theirs: [],
    },
  ];
}
