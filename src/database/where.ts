/** Collects conditions and their parameters, so that a value never becomes part of SQL text. */
export class Where {
  readonly #conditions: string[] = [];
  readonly #parameters: unknown[];

  constructor(parameters: unknown[] = []) {
    this.#parameters = parameters;
  }

  /** Conditions for another part of the same statement; the parameters are shared. */
  beside(): Where {
    return new Where(this.#parameters);
  }

  /** Adds a condition unless the value is absent; the value stands where `condition` puts the place it is given. */
  and(value: unknown, condition: (place: string) => string): this {
    if (value !== undefined) this.#conditions.push(condition(this.place(value)));
    return this;
  }

  /** Adds a condition that needs no value. */
  always(condition: string): this {
    this.#conditions.push(condition);
    return this;
  }

  /** Adds a parameter and answers its place, such as `$3`. */
  place(value: unknown): string {
    this.#parameters.push(value);
    return `$${this.#parameters.length}`;
  }

  get sql(): string {
    return this.#conditions.length === 0 ? 'true' : this.#conditions.join(' and ');
  }

  get parameters(): readonly unknown[] {
    return this.#parameters;
  }
}
