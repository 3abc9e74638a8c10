/** Where the platform was seen to differ from its reference, or changed over time. */
export interface Quirks {
  /** People lose their `userName` too. Apps and services never carry one unless `appUserName` says so. */
  readonly omitUserName: boolean;
  /** What stands in `userName` when an app or a service acts: nothing, the text "None", or the app's name. */
  readonly appUserName: 'absent' | 'None' | 'name';
  /** 2017: `text/html` and tokens of scope `app`; 2018: `text/markdown` and tokens listing their permissions. */
  readonly era: '2017' | '2018';
  /** Whether message events carry `conversationId` and `conversationType`, which came with 1.8.0. */
  readonly conversationIds: boolean;
  /** Whether two things may happen in one space within the same millisecond. */
  readonly sharedMilliseconds: boolean;
  /** Generic annotations read through GraphQL say `GENERIC` and version "null", as in April 2018. */
  readonly upperCaseGeneric: boolean;
  /**
   * The reference resets X-OUTBOUND-RETRY-COUNT only with a success. Read to the letter, the event after a dropped one
   * starts with the count of the dropped one; otherwise it starts with 0, "the first try".
   */
  readonly retryCountSurvivesDrop: boolean;
}

export const documentedBehaviour: Quirks = {
  omitUserName: false,
  appUserName: 'absent',
  era: '2018',
  conversationIds: true,
  sharedMilliseconds: false,
  upperCaseGeneric: false,
  retryCountSurvivesDrop: false,
};
