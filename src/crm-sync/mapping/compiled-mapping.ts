import { type InputFault } from '../../common/errors/liaison-error.js';
import { type Connector } from '../../crm/connector.js';
import { type EntryForm, type RecordKind } from '../../crm/crm-record.js';
import { type EntryRuleDto, type FieldRuleDto, type MappingDto } from './crm-mapping.dto.js';
import { ExpressionRefused } from './expression-cost.js';
import { type ScopeName, type SubjectKind } from './expression-scope.js';
import { compile, type Expression, type ResultKind } from './expression.js';

/** How days of a conversation are shown; what is undefined is as Liaison has it built in. */
export interface TimelineRule {
  readonly form: EntryForm;
  readonly when: Expression<'condition'> | undefined;
  readonly title: Expression<'text'> | undefined;
  readonly line: Expression<'text'> | undefined;
}

interface Rule {
  readonly name: string;
  readonly on: SubjectKind;
  readonly recordKind: RecordKind | undefined;
  readonly when: Expression<'condition'>;
}

/** Which subjects have an entry of their own, and what it says. */
export interface EntryRule extends Rule {
  readonly form: EntryForm;
  readonly title: Expression<'text'>;
  readonly text: Expression<'text'>;
  readonly due: Expression<'time'> | undefined;
}

/** Which fields of the record the last of these subjects sets. */
export interface FieldRule extends Rule {
  readonly set: ReadonlyMap<string, Expression<'value'>>;
}

/** A mapping that can be carried out. */
export interface CompiledMapping {
  readonly timeline: TimelineRule | undefined;
  readonly entries: readonly EntryRule[];
  readonly fields: readonly FieldRule[];
}

/** The one that Liaison has built in, version 0: a note for each day, and nothing else. */
export const builtInMapping: CompiledMapping = {
  timeline: { form: 'note', when: undefined, title: undefined, line: undefined },
  entries: [],
  fields: [],
};

const fieldsAtMost = 20;
const fieldName = /^[A-Za-z][\w.]{0,99}$/;

/** What an entry says where its rule leaves that open. */
const usualText: Readonly<Record<SubjectKind, string>> = {
  message: 'message.author + ": " + message.text',
  annotation: 'annotation.author + ": " + annotation.text',
  reaction: 'reaction.by + " " + reaction.name + ": " + message.text',
  member: 'member.name + " " + member.email',
  conversation: 'conversation.subject + " " + conversation.state',
  space: 'space.description',
};

/** The mapping of a document that the rules of its shape have let through, or every place of it that is wrong. */
export type Compiled =
  | { readonly ok: true; readonly mapping: CompiledMapping }
  | { readonly ok: false; readonly faults: readonly InputFault[] };

/**
 * Makes a document a mapping: all its expressions compile, and the connector has its forms, kinds and fields. Pointers of faults
 * begin with `prefix`.
 */
export function compileMapping(document: MappingDto, connector: Connector, prefix = ''): Compiled {
  const compiling = new Compiling(connector, prefix);
  const { timeline, entries, fields } = document;
  const mapping = {
    timeline: timeline.form === 'off' ? undefined : compiling.timeline(timeline.form, timeline),
    entries: entries.map((rule, index) => compiling.entry(rule, `/entries/${index}`)),
    fields: fields.map((rule, index) => compiling.field(rule, `/fields/${index}`)),
  };
  compiling.checkNames([
    ...entries.map(({ name }, index) => [name, `/entries/${index}/name`] as const),
    ...fields.map(({ name }, index) => [name, `/fields/${index}/name`] as const),
  ]);
  compiling.checkFields(fields);
  const { faults } = compiling;
  return faults.length === 0 ? { ok: true, mapping } : { ok: false, faults };
}

class Compiling {
  readonly faults: InputFault[] = [];

  constructor(
    private readonly connector: Connector,
    private readonly prefix: string,
  ) {}

  timeline(form: EntryForm, { when, title, line }: MappingDto['timeline']): TimelineRule {
    this.#checkForm(form, '/timeline/form');
    return {
      form,
      when: this.#optional(when, 'message', 'condition', '/timeline/when'),
      title: this.#optional(title, 'day', 'text', '/timeline/title'),
      line: this.#optional(line, 'message', 'text', '/timeline/line'),
    };
  }

  entry(rule: EntryRuleDto, pointer: string): EntryRule {
    const { name, on, recordKind, form, title, text, due } = rule;
    this.#checkForm(form, `${pointer}/form`);
    this.#checkKind(recordKind, `${pointer}/recordKind`);
    return {
      name,
      on,
      recordKind,
      form,
      when: this.#compile(rule.when ?? 'true', on, 'condition', `${pointer}/when`),
      title: this.#compile(title, on, 'text', `${pointer}/title`),
      text: this.#compile(text ?? usualText[on], on, 'text', `${pointer}/text`),
      due: this.#optional(due, on, 'time', `${pointer}/due`),
    };
  }

  field(rule: FieldRuleDto, pointer: string): FieldRule {
    const { name, on, recordKind, when, set } = rule;
    this.#checkKind(recordKind, `${pointer}/recordKind`);
    if (!this.connector.setsFields) this.#fault(pointer, 'this CRM has no fields that Liaison can set');
    const fields = Object.entries(set);
    if (fields.length === 0 || fields.length > fieldsAtMost) {
      this.#fault(`${pointer}/set`, `must name between 1 and ${fieldsAtMost} fields`);
    }
    const compiled = new Map<string, Expression<'value'>>();
    for (const [field, source] of fields) {
      const at = `${pointer}/set/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (!fieldName.test(field)) this.#fault(at, 'is no name of a field');
      else if (typeof source !== 'string') this.#fault(at, 'must be an expression');
      else compiled.set(field, this.#compile(source, on, 'value', at));
    }
    return {
      name,
      on,
      recordKind,
      when: this.#compile(when ?? 'true', on, 'condition', `${pointer}/when`),
      set: compiled,
    };
  }

  checkNames(names: readonly (readonly [name: string, pointer: string])[]): void {
    const known = new Set<string>();
    for (const [name, pointer] of names) {
      if (known.has(name)) this.#fault(pointer, 'another rule has this name');
      known.add(name);
    }
  }

  /** Two rules that set one field would contradict each other for ever. */
  checkFields(rules: readonly FieldRuleDto[]): void {
    const known = new Set<string>();
    for (const [index, { recordKind, set }] of rules.entries()) {
      for (const field of Object.keys(set)) {
        const name = `${recordKind}/${field}`;
        if (known.has(name)) this.#fault(`/fields/${index}/set/${field}`, 'another rule sets this field');
        known.add(name);
      }
    }
  }

  #checkForm(form: EntryForm, pointer: string): void {
    const { forms } = this.connector;
    if (!forms.includes(form)) this.#fault(pointer, `this CRM has ${forms.join(', ')}`);
  }

  #checkKind(kind: RecordKind | undefined, pointer: string): void {
    const { recordKinds } = this.connector;
    if (kind !== undefined && !recordKinds.includes(kind))
      this.#fault(pointer, `this CRM has ${recordKinds.join(', ')}`);
  }

  #optional<Kind extends ResultKind>(
    source: string | undefined,
    scope: ScopeName,
    kind: Kind,
    pointer: string,
  ): Expression<Kind> | undefined {
    return source === undefined ? undefined : this.#compile(source, scope, kind, pointer);
  }

  #compile<Kind extends ResultKind>(source: string, scope: ScopeName, kind: Kind, pointer: string): Expression<Kind> {
    try {
      return compile(source, scope, kind);
    } catch (error) {
      if (!(error instanceof ExpressionRefused)) throw error;
      this.#fault(pointer, `${error.message} (at character ${error.at + 1})`);
      // Never run: a mapping with a fault is none.
      return () => {
        throw error;
      };
    }
  }

  #fault(pointer: string, detail: string): void {
    this.faults.push({ pointer: `${this.prefix}${pointer}`, detail });
  }
}
