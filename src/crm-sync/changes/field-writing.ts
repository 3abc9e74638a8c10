import { Injectable } from '@nestjs/common';
import { CrmRefused } from '../../crm/crm.errors.js';
import { type ConnectorCalls } from '../../crm/connector.js';
import { type FieldValue } from '../../crm/crm-record.js';
import { sameFields, sameValue, storedFields, storedValue, type StoredFields } from '../mapping/field-values.js';
import { type ChangeAct, type ChangeEnd, type TakenChange } from './change-table.js';
import { changedInCrm } from './crm-push.js';
import { FieldTable, type LastSet } from './field-table.js';

/** Sets fields of one record as they are planned. */
@Injectable()
export class FieldWriting {
  constructor(private readonly table: FieldTable) {}

  /**
   * Looks at the fields where the CRM can be asked, and sets those that are not as they shall be, except for what a person changed
   * since we set it last. Nothing is asked where all is as this change left it. Throws as the calls of connectors do.
   */
  async write(
    change: TakenChange,
    wanted: ReadonlyMap<string, FieldValue>,
    calls: ConnectorCalls,
    begin: (act: ChangeAct) => void,
  ): Promise<ChangeEnd> {
    const stored = storedFields(wanted);
    const isSet = change.fields !== null && sameFields(change.fields, stored);
    if (isSet) return { kind: 'set', fields: stored, act: 'none' };
    const names = [...wanted.keys()];
    const current = await this.#current(change, names, calls);
    const last = await this.table.last(change, names);
    const theirs = names.filter((name) => isTheirs(name, stored, { current, last, seen: change.seen }));
    const toSet = new Map(
      [...wanted].filter(
        ([name, value]) =>
          !theirs.includes(name) && !(current !== undefined && sameValue(current[name] ?? null, storedValue(value))),
      ),
    );
    if (toSet.size > 0) {
      await this.table.intend(change, storedFields(toSet));
      begin('change');
      const known = (await calls.set?.(change.record, toSet)) ?? {};
      // CRMs keep some values in a form of their own, by which they are known again.
      const after = (await this.#current(change, [...toSet.keys()], calls)) ?? storedFields(toSet);
      await this.table.haveSet(change, after, known);
    }
    if (theirs.length === 0) return { kind: 'set', fields: stored, act: toSet.size > 0 ? 'change' : 'none' };
    const seen = Object.fromEntries(theirs.map((name) => [name, current?.[name] ?? null]));
    const message = `Changed in the CRM: ${theirs.join(', ')}`;
    return { kind: 'theirs', reason: changedInCrm, seen, message };
  }

  async #current(
    { record }: TakenChange,
    names: readonly string[],
    calls: ConnectorCalls,
  ): Promise<StoredFields | undefined> {
    if (calls.fields === undefined) return undefined;
    const found = await calls.fields(record, names);
    if (found === undefined) throw new CrmRefused('gone', undefined);
    return storedFields(found);
  }
}

interface Known {
  readonly current: StoredFields | undefined;
  readonly last: ReadonlyMap<string, LastSet>;
  /** What a person had made of it when somebody asked for the change again. */
  readonly seen: StoredFields | null;
}

function isTheirs(name: string, wanted: StoredFields, { current, last, seen }: Known): boolean {
  const ours = last.get(name);
  if (current === undefined || ours === undefined) return false;
  const value = current[name] ?? null;
  const isKnown = [...ours.values, wanted[name] ?? null].some((known) => sameValue(known, value));
  return !isKnown && !(seen !== null && Object.hasOwn(seen, name) && sameValue(seen[name] ?? null, value));
}
