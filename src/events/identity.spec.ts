import { describe, expect, it } from 'vitest';
import { watsonWork } from '../platforms/watson-work/watson-work.platform.js';
import { recordFacts, type Fact, type LiaisonEvent } from './event.js';

const origin = {
  tenantId: 'tenant',
  connectionId: '01900000-0000-7000-8000-000000000001',
  platform: 'watson-work',
  deliveryId: '01900000-0000-7000-8000-000000000002',
  deliverySeq: '1',
  learnedAt: new Date(0),
};

function record(fact: Fact, from: Partial<typeof origin> = {}): LiaisonEvent {
  const [event] = recordFacts([fact], { ...origin, ...from }, (id) => watsonWork.birthOf(id));
  if (event === undefined) throw new Error('one fact makes one event');
  return event;
}

function reacted(user: string, reaction: string): Fact {
  return {
    type: 'reaction.added',
    occurredAt: new Date(0),
    space: { externalId: 'room' },
    actor: { externalId: user },
    data: { messageExternalId: 'm', reaction },
  };
}

function created(space: string, message: string): Fact {
  return {
    type: 'message.created',
    occurredAt: new Date(0),
    space: { externalId: space },
    data: { messageExternalId: message, content: '' },
  };
}

describe('recordFacts', () => {
  it('gives the same ids to the same facts of the same delivery each time', () => {
    expect(record(created('room', 'm'))).toEqual(record(created('room', 'm')));
  });

  it('gives events of different deliveries different ids', () => {
    const other = record(created('room', 'm'), { deliveryId: '01900000-0000-7000-8000-000000000003' });
    expect(other.id).not.toBe(record(created('room', 'm')).id);
  });

  it('keeps messages of one external id in two spaces apart', () => {
    expect(record(created('room', 'm')).subjectId).not.toBe(record(created('hall', 'm')).subjectId);
  });

  it('keeps spaces of one external id in two connections apart', () => {
    const other = record(created('room', 'm'), { connectionId: '01900000-0000-7000-8000-000000000009' });
    expect(other.spaceId).not.toBe(record(created('room', 'm')).spaceId);
  });

  it('keeps reactions apart whatever characters the id of the user has', () => {
    expect(record(reacted('a\nb', 'c')).subjectId).not.toBe(record(reacted('a', 'b\nc')).subjectId);
  });

  it('replaces what Postgres cannot hold, and nothing else', () => {
    const event = record(created('room', 'a\u0000b\ud800'));
    expect(event.data).toMatchObject({ messageExternalId: 'a\ufffdb\ufffd', space: { externalId: 'room' } });
  });
});
