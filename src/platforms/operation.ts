import { type Failure } from '../events/event-map.js';
import { type Fact, type LiaisonEvent } from '../events/event.js';

/** What is known of one act of ours. */
export interface Operation {
  readonly operationId: string;
  /** The path of the message or invitation that it made. */
  readonly externalId: string | undefined;
  readonly state: 'asked' | 'running' | 'succeeded' | 'failed';
  readonly reason: Failure | undefined;
}

/** One thing learned of an act, from the answer to our call or from a webhook; either may come first. */
export interface OperationNews {
  readonly operationId: string;
  readonly externalId: string | undefined;
  readonly state: Operation['state'];
  readonly reason: Failure | undefined;
}

/**
 * Where acts are kept under the names that we gave them. It is told before a call leaves, so that a webhook which is faster
 * than the answer meets something. Whoever implements it folds with `applyToOperation` and keeps the result where all
 * processes see it.
 */
export interface OperationLedger {
  record(news: OperationNews): Promise<unknown>;
}

const order: readonly Operation['state'][] = ['asked', 'running', 'succeeded', 'failed'];

/**
 * The act after the news. In any order the same news end in the same state: the further state wins, a failure over a
 * success, and what the answer names (by its Location, which may be missing) is what the events name.
 */
export function applyToOperation(known: Operation | undefined, news: OperationNews): Operation {
  if (known === undefined) return { ...news };
  const isFurther = order.indexOf(news.state) > order.indexOf(known.state);
  return {
    operationId: known.operationId,
    externalId: known.externalId ?? news.externalId,
    state: isFurther ? news.state : known.state,
    reason: isFurther ? news.reason : known.reason,
  };
}

/**
 * What a fact says of an act of ours; undefined for every other fact. Names in what others began are theirs: nobody can
 * settle an act of ours by choosing its name.
 */
export function newsIn(fact: Fact | LiaisonEvent): OperationNews | undefined {
  switch (fact.type) {
    case 'message.created':
      return fact.data.direction === 'outgoing'
        ? news(fact.data.operationId, fact.data.messageExternalId, 'succeeded')
        : undefined;
    case 'message.failed':
      return news(fact.data.operationId, fact.data.messageExternalId, 'failed', fact.data.reason);
    case 'invitation.sent':
    case 'invitation.accepted':
    case 'invitation.declined':
    case 'invitation.failed': {
      const { direction, operationId, invitationExternalId, reason } = fact.data;
      if (direction !== 'outgoing') return undefined;
      return news(operationId, invitationExternalId, invitationState[fact.type], reason);
    }
    default:
      return undefined;
  }
}

const invitationState = {
  'invitation.sent': 'running',
  'invitation.accepted': 'succeeded',
  'invitation.declined': 'failed',
  'invitation.failed': 'failed',
} as const;

function news(
  operationId: string | undefined,
  externalId: string,
  state: Operation['state'],
  reason?: Failure,
): OperationNews | undefined {
  return operationId === undefined ? undefined : { operationId, externalId, state, reason };
}
