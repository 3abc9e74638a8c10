import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A text that must not reach a log, a trace or an answer by accident.
 *
 * Every implicit way of turning it into text (template strings, concatenation, JSON, `util.inspect`, `console`, an
 * error's cause) gives `[redacted]`. The only way to the text is {@link Secret.reveal}, which is easy to search for.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself: call it where the secret is used, never where it is passed on. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
