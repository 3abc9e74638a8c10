import { LiaisonError } from '../../common/errors/liaison-error.js';
import { type FieldValue } from '../../crm/crm-record.js';
import { checkCost, ExpressionRefused } from './expression-cost.js';
import { languageOf, longestExpression, variablesOf, type ScopeName } from './expression-scope.js';

/** An expression met something that it is not made for, such as a division by zero. */
export class ExpressionFailed extends LiaisonError {
  readonly code = 'expression-failed';
  readonly kind = 'caller';
}

/** What expressions are told, by the names of `variablesOf`. */
export type Variables = Readonly<Record<string, unknown>>;

/** What an expression makes. */
interface Results {
  readonly condition: boolean;
  readonly text: string;
  readonly time: Date;
  readonly value: FieldValue;
}

export type ResultKind = keyof Results;

const typesOf: Readonly<Record<ResultKind, readonly string[]>> = {
  condition: ['bool'],
  text: ['string'],
  time: ['google.protobuf.Timestamp'],
  value: ['string', 'int', 'double', 'bool', 'null', 'google.protobuf.Timestamp', 'dyn'],
};

/** A checked expression: what it makes of what it is told. Throws `ExpressionFailed`. */
export type Expression<Kind extends ResultKind> = (variables: Variables) => Results[Kind];

/**
 * Makes a text of the Common Expression Language an expression. Throws `ExpressionRefused` for one that is none, that names what is
 * not there, makes something else, or might take too long: everything that can be known before it runs is.
 */
export function compile<Kind extends ResultKind>(source: string, scope: ScopeName, kind: Kind): Expression<Kind> {
  if (source.length > longestExpression) {
    throw new ExpressionRefused(`An expression has at most ${longestExpression} characters`, longestExpression);
  }
  const language = languageOf(scope);
  const checked = language.check(source);
  if (!checked.valid) throw new ExpressionRefused(...faultOf(checked.error));
  const made = checked.type ?? 'dyn';
  if (!typesOf[kind].includes(made)) {
    throw new ExpressionRefused(`This makes ${nounOf(made)} and must make ${nouns[kind]}`, 0);
  }
  const parsed = language.parse(source);
  checkCost(parsed.ast, variablesOf[scope]);
  return (variables) => {
    let value: unknown;
    try {
      value = parsed(variables);
    } catch (error) {
      throw new ExpressionFailed({ detail: runFaultOf(error), cause: error });
    }
    return resultOf(value, kind);
  };
}

function resultOf<Kind extends ResultKind>(value: unknown, kind: Kind): Results[Kind] {
  const plain = typeof value === 'bigint' ? numberOf(value) : value;
  if (!isResult(plain, kind)) throw new ExpressionFailed({ detail: `It did not make ${nouns[kind]}` });
  return plain;
}

function isResult<Kind extends ResultKind>(value: unknown, kind: Kind): value is Results[Kind] {
  const isTime = value instanceof Date && !Number.isNaN(value.getTime());
  switch (kind) {
    case 'condition':
      return typeof value === 'boolean';
    case 'text':
      return typeof value === 'string';
    case 'time':
      return isTime;
    default:
      return (
        isTime ||
        value === null ||
        typeof value === 'string' ||
        typeof value === 'boolean' ||
        (typeof value === 'number' && Number.isFinite(value))
      );
  }
}

function numberOf(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new ExpressionFailed({ detail: 'The number is too large' });
  return number;
}

function faultOf(error: unknown): [message: string, at: number] {
  if (!(error instanceof Error)) return ['This is no expression', 0];
  const [summary, range] = [summaryOf(error), 'range' in error ? error.range : undefined];
  const start = typeof range === 'object' && range !== null && 'start' in range ? range.start : 0;
  return [summary, typeof start === 'number' ? start : 0];
}

function runFaultOf(error: unknown): string {
  return error instanceof Error ? summaryOf(error) : 'It failed';
}

/** The library's words without the picture of the place that it puts below them. */
function summaryOf(error: Error): string {
  const told = 'summary' in error && typeof error.summary === 'string' ? error.summary : error.message;
  return told.slice(0, 300).toWellFormed();
}

const nouns: Readonly<Record<ResultKind, string>> = {
  condition: 'true or false (bool)',
  text: 'a text (string)',
  time: 'a time (timestamp)',
  value: 'a text, a number, true or false, null or a time',
};

function nounOf(type: string): string {
  return type === 'google.protobuf.Timestamp' ? 'a timestamp' : type;
}
