import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fact } from '../events/event.js';
import { applyToOperation, newsIn, type Operation, type OperationNews } from './operation.js';

const operationId = 'op-1';
const at = { occurredAt: new Date(0), space: { externalId: 'c' } };
const reason = { code: 'RemoteFailure', subcode: 'Declined' };

const asked: OperationNews = { operationId, externalId: undefined, state: 'asked', reason: undefined };
const answered: OperationNews = { operationId, externalId: '/i/1', state: 'running', reason: undefined };
const answeredWithoutLocation: OperationNews = { ...answered, externalId: undefined };
const succeeded: OperationNews = { operationId, externalId: '/i/1', state: 'succeeded', reason: undefined };
const failed: OperationNews = { operationId, externalId: '/i/1', state: 'failed', reason };

function foldOf(news: readonly OperationNews[]): Operation | undefined {
  return news.reduce<Operation | undefined>(applyToOperation, undefined);
}

describe('applyToOperation', () => {
  it.each([
    ['the answer first', [asked, answered, succeeded]],
    ['the webhook first', [asked, succeeded, answered]],
    ['the webhook before anything else', [succeeded, asked, answered]],
    ['an answer without Location', [asked, succeeded, answeredWithoutLocation]],
  ])('knows what was made and that it succeeded, with %s', (_, news) => {
    expect(foldOf(news)).toEqual({ operationId, externalId: '/i/1', state: 'succeeded', reason: undefined });
  });

  it('keeps why it failed, however late the answer is', () => {
    expect(foldOf([asked, failed, answered])).toEqual({ operationId, externalId: '/i/1', state: 'failed', reason });
  });

  it('ends in the same state in any order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([asked, answered, succeeded, failed], { minLength: 4 }), (order) => {
        expect(foldOf(order)).toEqual(foldOf([asked, answered, succeeded, failed]));
      }),
    );
  });
});

describe('newsIn', () => {
  const invitation = { invitationExternalId: '/i/1', invitationType: 'messagingInvitation', operationId };
  const message = { messageExternalId: '/m/2', operationId };

  it.each<[string, Fact, OperationNews['state']]>([
    [
      'an invitation of ours',
      { ...at, type: 'invitation.sent', data: { ...invitation, direction: 'outgoing' } },
      'running',
    ],
    [
      'its acceptance',
      { ...at, type: 'invitation.accepted', data: { ...invitation, direction: 'outgoing' } },
      'succeeded',
    ],
    ['its decline', { ...at, type: 'invitation.declined', data: { ...invitation, direction: 'outgoing' } }, 'failed'],
    [
      'a message of ours',
      { ...at, type: 'message.created', data: { ...message, content: null, direction: 'outgoing' } },
      'succeeded',
    ],
    ['its failure', { ...at, type: 'message.failed', data: message }, 'failed'],
  ])('finds %s', (_, fact, state) => {
    expect(newsIn(fact)).toMatchObject({ operationId, state });
  });

  it.each<[string, Fact]>([
    [
      'what others began under the same name',
      { ...at, type: 'invitation.accepted', data: { ...invitation, direction: 'incoming' } },
    ],
    ['an invitation of unknown origin', { ...at, type: 'invitation.failed', data: invitation }],
    [
      'a message that came in',
      { ...at, type: 'message.created', data: { ...message, content: 'x', direction: 'incoming' } },
    ],
    ['a message without a name', { ...at, type: 'message.failed', data: { messageExternalId: '/m/2' } }],
    ['anything else', { ...at, type: 'member.left', data: { member: { externalId: 'x' } } }],
  ])('finds nothing in %s', (_, fact) => {
    expect(newsIn(fact)).toBeUndefined();
  });
});
