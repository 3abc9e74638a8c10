export type WebexIdType =
  | 'APPLICATION'
  | 'ATTACHMENT_ACTION'
  | 'AUTHORIZATION'
  | 'MEMBERSHIP'
  | 'MESSAGE'
  | 'ORGANIZATION'
  | 'PEOPLE'
  | 'ROOM'
  | 'WEBHOOK';

export const homeCluster = 'us';

/** The platform's ids: unpadded base64 of `ciscospark://<cluster>/<TYPE>/<key>`. */
export function webexId(type: WebexIdType, key: string, cluster: string = homeCluster): string {
  return unpadded(`ciscospark://${cluster}/${type}/${key}`);
}

/** The other form in which ids of organizations appear in Cisco's samples: the UUID alone, in base64. */
export function bareId(key: string): string {
  return unpadded(key);
}

/** What both forms of an id say in the end. */
export function keyOf(id: string): string {
  return Buffer.from(id, 'base64').toString('utf8').split('/').at(-1) ?? '';
}

function unpadded(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64').replace(/=+$/, '');
}
