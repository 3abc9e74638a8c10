import { type ASTNode } from '@marcbachmann/cel-js';
import { patternOf } from './expression-functions.js';
import { longest, mostAnnotations } from './expression-scope.js';

/** Why an expression is not taken, and where in it. */
export class ExpressionRefused extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** How large a value can be at most: UTF-16 code units in all, and elements. */
interface Size {
  readonly units: number;
  readonly count: number;
}

/** Steps, of which a processor does some hundred million in a second. */
const mostWork = 10_000_000;
const largestValue = 1_000_000;

const scalar: Size = { units: 40, count: 1 };
const annotations: Size = {
  units: mostAnnotations * (longest.annotationText + 2 * longest.text),
  count: mostAnnotations,
};

/** Functions that look at a text for another one; the first time per unit and the second grows with both. */
const searches = new Set(['contains', 'startsWith', 'endsWith', 'indexOf', 'lastIndexOf']);
/** Functions whose result is no larger than what they are given. */
const parts = new Set(['trim', 'substring', 'cut', 'firstLine', 'dyn']);
const scalars = new Set([
  ...['size', 'int', 'double', 'string', 'timestamp', 'duration', 'date', 'time', 'has'],
  ...['getFullYear', 'getMonth', 'getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear'],
  ...['getHours', 'getMinutes', 'getSeconds', 'getMilliseconds'],
]);
const comprehensions = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/**
 * Makes sure that an expression uses only what mappings have, and that it ends soon whatever it is given: the largest values that
 * can come are known (`longest`), so the most work and the largest results are, too, before it ever runs. The expressions of
 * the library end always, but not soon. Throws `ExpressionRefused`.
 */
export function checkCost(root: ASTNode, variables: readonly string[]): void {
  const check = new CostCheck();
  check.size(root, new Map(variables.map((name) => [name, undefined])));
}

/** What a name stands for: something that grew in the expression, or one of the variables that it is given. */
type Names = ReadonlyMap<string, Size | undefined>;

class CostCheck {
  #work = 0;

  size(node: ASTNode, names: Names): Size {
    switch (node.op) {
      case 'value':
        return { units: typeof node.args === 'string' ? node.args.length : scalar.units, count: 1 };
      case 'id':
        if (!names.has(node.args)) throw new ExpressionRefused(`Unknown variable: ${node.args}`, node.pos);
        return names.get(node.args) ?? annotations;
      case '.':
        return this.#member(node.args, names);
      case '[]': {
        const base = this.size(node.args[0], names);
        this.size(node.args[1], names);
        return { ...base, count: base.count };
      }
      case '!_':
      case '-_':
        return this.size(node.args, names);
      case 'list': {
        const items = node.args.map((item) => this.size(item, names));
        return this.#made({ units: sum(items.map(({ units }) => units)), count: Math.max(1, items.length) }, node);
      }
      case '?:': {
        const [, yes, no] = node.args.map((part) => this.size(part, names));
        return largerOf(yes ?? scalar, no ?? scalar);
      }
      case '+': {
        const [a, b] = this.#both(node.args, names);
        return this.#made({ units: a.units + b.units, count: a.count + b.count }, node);
      }
      case 'call':
        return this.#call({ node, name: node.args[0], operands: node.args[1] }, names);
      case 'rcall':
        return this.#call({ node, name: node.args[0], operands: [node.args[1], ...node.args[2]] }, names);
      case '-':
      case '*':
      case '/':
      case '%':
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
      case '&&':
      case '||':
      case 'in': {
        const [a, b] = this.#both(node.args, names);
        this.#works(a.units * Math.max(1, b.count) + b.units, node);
        return scalar;
      }
      default:
        throw new ExpressionRefused(`Mappings have no "${node.op}"`, node.pos);
    }
  }

  #member([base, field]: readonly [ASTNode, string], names: Names): Size {
    this.size(base, names);
    if (field === 'annotations') return annotations;
    if (field !== 'text') return { units: longest.text, count: 1 };
    const isMessage = base.op === 'id' && base.args === 'message' && names.get('message') === undefined;
    return { units: isMessage ? longest.messageText : longest.annotationText, count: 1 };
  }

  #call(call: Call, names: Names): Size {
    const { node, name, operands } = call;
    const [first, ...rest] = operands;
    if (first === undefined) throw new ExpressionRefused(`${name} needs something to work on`, node.pos);
    if (comprehensions.has(name) && node.op === 'rcall') return this.#comprehension(call, first, rest, names);
    if (name === 'matches' || name === 'extract') return this.#pattern(call, names);
    const sizes = operands.map((operand) => this.size(operand, names));
    const [on = scalar, by = scalar] = sizes;
    if (searches.has(name)) {
      this.#works(on.units * Math.max(1, by.units / 16), node);
      return scalar;
    }
    this.#works(sum(sizes.map(({ units }) => units)), node);
    if (parts.has(name)) return on;
    // Some letters have more than one when they change their case.
    if (name === 'lowerAscii' || name === 'upperAscii') return this.#made({ ...on, units: on.units * 3 }, node);
    if (name === 'join') return this.#made({ units: on.units + on.count * by.units, count: 1 }, node);
    if (name === 'string') return { units: Math.max(on.units, scalar.units), count: 1 };
    if (scalars.has(name)) return scalar;
    throw new ExpressionRefused(`Mappings have no function "${name}"`, node.pos);
  }

  #comprehension({ node, name }: Call, list: ASTNode, rest: readonly ASTNode[], names: Names): Size {
    const [variable, ...bodies] = rest;
    const on = this.size(list, names);
    if (variable?.op !== 'id') throw new ExpressionRefused(`${name} needs a name for the element`, node.pos);
    const before = this.#work;
    const within = new Map([...names, [variable.args, on]]);
    const sizes = bodies.map((body) => this.size(body, within));
    this.#works((this.#work - before + 1) * (on.count - 1) + on.count, node);
    if (name === 'filter') return on;
    if (name !== 'map') return scalar;
    const { units } = sizes.at(-1) ?? scalar;
    return this.#made({ units: units * on.count, count: on.count }, node);
  }

  #pattern({ node, name, operands }: Call, names: Names): Size {
    const [text, pattern] = operands;
    if (node.op === 'rcall') throw new ExpressionRefused(`Write ${name}(text, pattern)`, node.pos);
    if (text === undefined || pattern?.op !== 'value' || typeof pattern.args !== 'string') {
      throw new ExpressionRefused(`The pattern of ${name} must be a text in quotes`, pattern?.pos ?? node.pos);
    }
    const on = this.size(text, names);
    this.#works(on.units * stepsOf(pattern.args, pattern.pos), node);
    return name === 'extract' ? on : scalar;
  }

  #both(args: readonly [ASTNode, ASTNode], names: Names): readonly [Size, Size] {
    return [this.size(args[0], names), this.size(args[1], names)];
  }

  #made(size: Size, { pos }: ASTNode): Size {
    if (size.units > largestValue) throw new ExpressionRefused('What this makes may be too large', pos);
    this.#works(size.units + size.count, { pos });
    return size;
  }

  #works(steps: number, { pos }: Pick<ASTNode, 'pos'>): void {
    this.#work += steps;
    if (this.#work > mostWork) throw new ExpressionRefused('This may take too much work', pos);
  }
}

interface Call {
  readonly node: ASTNode;
  readonly name: string;
  /** What it is called on first. */
  readonly operands: readonly ASTNode[];
}

function stepsOf(pattern: string, at: number): number {
  try {
    return patternOf(pattern).programSize();
  } catch (error) {
    const why = error instanceof Error ? error.message : 'not a pattern';
    throw new ExpressionRefused(`The pattern cannot be used: ${why}`, at);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function largerOf(a: Size, b: Size): Size {
  return { units: Math.max(a.units, b.units), count: Math.max(a.count, b.count) };
}
