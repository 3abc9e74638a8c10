import { type JsonValue } from '../../../common/json/json.js';

/** What came back, byte for byte. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** A 2xx of Webex. */
export interface WebexAnswer extends RawAnswer {
  /** The parsed bytes; undefined where there are none (204). */
  readonly json: JsonValue | undefined;
}
