import { type CrmPlatform } from '../../../src/crm/crm-platform.js';
import { type RecordKind } from '../../../src/crm/crm-record.js';
import { type CrmDouble } from '../../../simulators/crm/common/crm-double.js';

/** A double of the CRM and what a connection to it is made of. */
export interface ConnectorStage {
  readonly double: CrmDouble;
  readonly settings: Readonly<Record<string, unknown>>;
  /** As callers enter them; `appToken`, where the connector asks the account for one, is what the account answers. */
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly appToken?: string;
  /** An answer that says: too many calls, come again after so many seconds. */
  readonly tooMany: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly tooManySeconds: number | undefined;
  /** Answers with final noes in the CRM's real forms, each with the reason that it must become. */
  readonly refusals: readonly {
    readonly name: string;
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string;
    readonly reason: 'invalid' | 'gone' | 'forbidden' | 'duplicate' | 'broken';
  }[];
  /** Answers that mean: nothing was done, come again. */
  readonly passing: readonly {
    readonly name: string;
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string;
  }[];
  /** A kind whose records people call by a number: the one that a test gives it, or where there is none, its id. */
  readonly numbered?: { readonly kind: RecordKind; readonly number?: string };
  /** What the CRM itself makes of a text, where it does not keep every one as it came. */
  readonly kept?: (text: string) => string;
  /** Fields of an opportunity in the CRM's own names: one of text, and one of numbers. */
  readonly fields: { readonly text: string; readonly number: string };
  end(): Promise<void>;
}

/** What the contract suite of connectors needs to try one: a connector without a driver fails it. */
export interface ConnectorDriver {
  readonly platform: CrmPlatform;
  start(): Promise<ConnectorStage>;
}
