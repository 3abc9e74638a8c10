import { InvalidInput, LiaisonError } from '../common/errors/liaison-error.js';

/**
 * A cursor of events that are not there. We only give out cursors of what is committed, so it was tampered with, or the
 * database has gone back to an earlier state; to go on from it would skip what comes next.
 */
export class CursorBeyondEnd extends InvalidInput {
  constructor() {
    super({
      detail:
        'The cursor lies beyond the end of the feed. Was the database restored? Read again from an earlier cursor.',
      faults: [{ pointer: 'after', detail: 'must not lie beyond the end of the feed' }],
    });
  }
}

/** A caller or a tenant keeps as many streams and waiting requests open at this process as they may. */
export class TooManyStreams extends LiaisonError {
  readonly code = 'too-many-streams';
  readonly kind = 'caller';
  override readonly status = 429;
  constructor(who: 'credential' | 'tenant', limit: number) {
    super({
      detail: `This ${who} has ${limit} streams and waiting requests open at this process, as many as it may. End one first.`,
      retryAfterSeconds: 5,
    });
  }
}
