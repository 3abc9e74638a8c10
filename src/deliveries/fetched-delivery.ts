import { markVerified, singleHeader, type VerifiedDelivery } from './delivery.js';

/** An answer of a platform's API that goes into the log like a call of the platform: exact bytes, and what was asked. */
export interface FetchedAnswer {
  /** For example `messages`. */
  readonly resource: string;
  readonly externalId: string;
  readonly spaceExternalId: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** The scheme of deliveries that we asked for ourselves: our own call over TLS, with our own token, vouches for them. */
const fetchedScheme = 'fetched';

/** No header that came over the wire can start with a colon (RFC 9110 section 5.1), so nobody else can say these. */
const names = { resource: ':resource', id: ':id', space: ':space', status: ':status' } as const;

export const fetchedHeaders: readonly string[] = [...Object.values(names), 'content-type'];

/** The delivery that an answer becomes. */
export function fetchedDelivery(answer: FetchedAnswer, receivedAt: Date): VerifiedDelivery {
  const raw = {
    body: answer.body,
    query: '',
    headers: {
      [names.resource]: answer.resource,
      [names.id]: answer.externalId,
      [names.space]: answer.spaceExternalId,
      [names.status]: String(answer.status),
      'content-type': answer.contentType,
    },
    receivedAt,
  };
  return markVerified(raw, fetchedScheme);
}

/** What a delivery was the answer to; undefined for calls of the platform. */
export function answerIn(delivery: VerifiedDelivery): FetchedAnswer | undefined {
  if (delivery.scheme !== fetchedScheme) return undefined;
  return {
    resource: singleHeader(delivery, names.resource) ?? '',
    externalId: singleHeader(delivery, names.id) ?? '',
    spaceExternalId: singleHeader(delivery, names.space) ?? '',
    status: Number(singleHeader(delivery, names.status) ?? 0),
    contentType: singleHeader(delivery, 'content-type') ?? '',
    body: delivery.body,
  };
}
