import { InvalidInput, type InputFault } from '../errors/liaison-error.js';

/** The names that an answer of a route has, as its schema says; undefined below what has no names of its own. */
export interface FieldTree {
  readonly members: ReadonlyMap<string, FieldTree | undefined>;
}

/** Which of them a caller wants; undefined means all that is below. */
export interface FieldSelection {
  readonly members: ReadonlyMap<string, FieldSelection | undefined>;
}

interface Selecting extends FieldSelection {
  readonly members: Map<string, Selecting | undefined>;
}

/**
 * Reads `fields=id,author.displayName`. Throws `InvalidInput` that names every word which is no field, and says which
 * there are.
 */
export function selectFields(text: string, known: FieldTree): FieldSelection {
  const faults: InputFault[] = [];
  const selection: Selecting = { members: new Map() };
  for (const path of text.split(',')) {
    const fault = select(selection, path.split('.'), known);
    if (fault !== undefined) faults.push({ pointer: 'fields', detail: fault });
  }
  if (faults.length > 0) {
    throw new InvalidInput({
      detail: `The parameter fields names what is not there: ${faults.map(({ detail }) => detail).join('; ')}.`,
      faults,
    });
  }
  return selection;
}

/** Adds one path; answers what is wrong with it, if anything. */
function select(selection: Selecting, [name = '', ...rest]: readonly string[], known: FieldTree): string | undefined {
  if (!known.members.has(name)) return `${shown(name)} is none of ${[...known.members.keys()].join(', ')}`;
  const [below, chosen] = [known.members.get(name), selection.members.get(name)];
  if (rest.length === 0) {
    selection.members.set(name, undefined);
    return undefined;
  }
  if (below === undefined) return `${name} has no fields that could be chosen`;
  // All of it was asked for before.
  if (selection.members.has(name) && chosen === undefined) return select({ members: new Map() }, rest, below);
  const deeper = chosen ?? { members: new Map<string, Selecting | undefined>() };
  selection.members.set(name, deeper);
  return select(deeper, rest, below);
}

/** What a caller wrote is repeated only where it could be a name. */
function shown(name: string): string {
  return /^\w{1,50}$/.test(name) ? `"${name}"` : 'a word';
}

/** The value with the chosen members only, in the order of the schema; lists are thinned out item by item. */
export function keepSelected(value: unknown, selection: FieldSelection | undefined): unknown {
  if (selection === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => keepSelected(item, selection));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => selection.members.has(name))
      .map(([name, member]: [string, unknown]) => [name, keepSelected(member, selection.members.get(name))]),
  );
}
