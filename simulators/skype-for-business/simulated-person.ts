/** What an app's message looked like to the person who got it. */
export interface ReceivedMessage {
  readonly conversationId: string;
  readonly type: 'text/plain' | 'text/html';
  readonly text: string;
}

export interface PersonOptions {
  readonly name?: string;
  readonly onInvite?: 'accept' | 'decline' | 'ignore';
}

/** Somebody with a sip address or a telephone number. What they do when invited can change at any time. */
export class SimulatedPerson {
  /** An invitation that is ignored fails after 30 s. */
  onInvite: 'accept' | 'decline' | 'ignore';
  /** Whether messages reach this person; otherwise they complete with a failure. */
  reachable = true;
  readonly received: ReceivedMessage[] = [];

  constructor(
    readonly uri: string,
    public name: string,
    onInvite: 'accept' | 'decline' | 'ignore',
  ) {
    this.onInvite = onInvite;
  }
}
