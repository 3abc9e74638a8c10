/** Where Cisco's sources contradict each other or say nothing; each is a choice so that a client can be held to all. */
export interface Quirks {
  /** `X-Spark-Signature` alone is what the guide documents; Cisco's newer tools know both headers. */
  readonly signatures: 'both' | 'spark' | 'webex';
  /** Bodies of webhooks with white space, which verifiers that write the JSON anew take for forged. */
  readonly prettyBodies: boolean;
  /**
   * What a refresh does to the refresh token: `keep` answers the same one with its life prolonged, `rotate` answers a new
   * one and kills the old, `omit` answers none and leaves the old one in force.
   */
  readonly refreshTokens: 'keep' | 'rotate' | 'omit';
  /** Errors of the token endpoint: `message` and `errors` like the rest of the API, or `error` and `error_description`. */
  readonly tokenErrors: 'webex' | 'oauth';
  /** What a dead refresh token is answered with; both were seen. */
  readonly deadRefreshStatus: 400 | 401;
  /** Every page of items is preceded by an empty one that has a next page, which the basics page allows. */
  readonly emptyPages: boolean;
  /** The specification calls a webhook that is off `inactive`, the guide and the SDK `disabled`. */
  readonly offStatus: 'inactive' | 'disabled';
  /** Whether the data of messages and memberships carries `roomType`; the guide's samples lack it. */
  readonly roomTypeInData: boolean;
  /** Which id `rooms/migrated` names; no source says. */
  readonly migratedRoomId: 'new' | 'old';
  /** Whether the envelope's `orgId` wraps a URI or the bare UUID; Cisco's samples show both. */
  readonly envelopeOrgId: 'uri' | 'uuid';
  /** Times of messages and webhooks: `…Z` with milliseconds, or `…+00:00` without, as in the specification's examples. */
  readonly timestamps: 'zulu' | 'offset';
  /** What `authorizationDate` says in `serviceApp/deauthorized`; no source says. */
  readonly deauthorizationDate: 'of the authorization' | 'of the deauthorization';
}

export const usualBehaviour: Quirks = {
  signatures: 'both',
  prettyBodies: false,
  refreshTokens: 'keep',
  tokenErrors: 'webex',
  deadRefreshStatus: 400,
  emptyPages: false,
  offStatus: 'inactive',
  roomTypeInData: true,
  migratedRoomId: 'new',
  envelopeOrgId: 'uri',
  timestamps: 'zulu',
  deauthorizationDate: 'of the authorization',
};
