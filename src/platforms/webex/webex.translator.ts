import { type VerifiedDelivery } from '../../deliveries/delivery.js';
import { answerIn } from '../../deliveries/fetched-delivery.js';
import { type Translation } from '../platform.js';
import { translateAnswer } from './webex.answer.translator.js';
import { translateCall } from './webex.call.translator.js';

/** Turns a call of Webex, or an answer of its API that we asked for, into facts. Pure. Throws `Untranslatable` only. */
export function translateWebex(delivery: VerifiedDelivery): Translation {
  const answer = answerIn(delivery);
  return answer === undefined ? translateCall(delivery) : translateAnswer(answer, delivery.receivedAt);
}
