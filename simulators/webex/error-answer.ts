import { type HttpAnswer } from '../common/http-exchange.js';

/** The API's error body; it repeats the tracking id of the header. */
export function errorAnswer(status: number, message: string, trackingId: string): HttpAnswer {
  return { status, body: { message, errors: [{ description: message }], trackingId } };
}
