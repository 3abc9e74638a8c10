import { type Actor } from '../../simulators/watson-work/actor.js';
import { type AnnotationPayload } from '../../simulators/watson-work/simulated-annotation.js';
import { type SimulatedMessage } from '../../simulators/watson-work/simulated-message.js';

/** The service behind moments, as the platform names it. */
export const momentService: Actor = { id: 'toscana-service-moment-client-id', displayName: null, kind: 'service' };

/** What the platform's language analysis found worth noting; in webhooks such payloads have neither type nor id. */
export function keywords(...texts: readonly string[]): AnnotationPayload {
  return {
    language: 'en',
    keywords: texts.map((text, index) => ({ text, relevance: Number((0.95 - index / 10).toFixed(2)) })),
  };
}

/** A passage that asks for something to be done. */
export function focus(message: SimulatedMessage, lens: string, phrase: string): AnnotationPayload {
  const start = (message.content ?? '').indexOf(phrase);
  return {
    type: 'message-focus',
    version: 1,
    lens,
    category: 'Request',
    phrase,
    start,
    end: start + phrase.length,
    confidence: 0.93,
    focusVersion: 1,
    hidden: false,
  };
}

/** A stretch of a conversation that belongs together. */
export function moment(
  first: SimulatedMessage,
  last: SimulatedMessage,
  momentVersion: number,
  ...phrases: readonly string[]
): AnnotationPayload {
  return {
    type: 'conversation-moment',
    momentId: first.id,
    momentVersion,
    algorithm: 'timegap',
    spaceId: first.home.id,
    participants: [{ authorId: first.author.id, messageCount: 1 }],
    startMessage: { messageId: first.id, published: first.created },
    endMessage: { messageId: last.id, published: last.created },
    hidden: false,
    momentSummary: { phrases: phrases.map((label) => ({ label, source: 'keyword', score: 0.9 })) },
  };
}
