import { type HttpAnswer, type HttpCall } from '../common/http-exchange.js';
import { platformDate } from './platform-date.js';

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The Error entity of the REST interfaces. Its status is documented as text; such bodies carry a number. */
export function errorAnswer(call: HttpCall, status: number, message: string, at: number): HttpAnswer {
  return {
    status,
    body: {
      timestamp: platformDate(at),
      status,
      error: reasons[status] ?? 'Error',
      message,
      path: call.path,
    },
  };
}
