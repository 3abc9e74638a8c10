import { Injectable } from '@nestjs/common';
import { EntryStale } from '../../crm/crm.errors.js';
import { type Connector, type ConnectorCalls } from '../../crm/connector.js';
import { type CrmEntry, type EntryForm, type StoredEntry } from '../../crm/crm-record.js';
import { type Plan } from '../mapping/planner.js';
import { frameLength, framed, mergedText, peoplesText } from '../timeline/merged-text.js';
import { type ChangeAct, type ChangeEnd, type TakenChange } from './change-table.js';
import { removedInCrm } from './crm-push.js';

/** How the CRM is written to. */
export interface Writing {
  readonly connector: Connector;
  readonly calls: ConnectorCalls;
}

/** How often an entry that people change at the same moment is read anew. */
const staleAtMost = 3;

/** What there is to write in an entry, or why there is nothing. */
export type EntryPlan = Extract<Plan, { kind: 'entry' | 'nothing' }>;

/** A change that is an entry. */
export type TakenEntry = TakenChange & { readonly form: EntryForm };

/** Writes one entry as it is planned. */
@Injectable()
export class EntryWriting {
  /**
   * Looks at the entry where the CRM can be asked, then creates, changes or removes it, or does nothing where it is as it shall be.
   * `begin` hears of an act before it is sent. Throws as the calls of connectors do.
   */
  async write(
    change: TakenEntry,
    plan: EntryPlan,
    { connector, calls }: Writing,
    begin: (act: ChangeAct) => void,
  ): Promise<ChangeEnd> {
    const stored = await calls.entry?.(change.entryKey, change.form, change.externalId ?? undefined);
    if (plan.kind === 'nothing') return this.#leave(change, plan.reason, stored, calls, begin);
    const { title, text: own, at } = plan;
    const entry = { key: change.entryKey, form: change.form, record: change.record, title, at };
    if (stored !== undefined && calls.change !== undefined) {
      return this.#change(change, { entry, own }, stored, { connector, calls }, begin);
    }
    if (calls.entry !== undefined && change.externalId !== null && stored === undefined) {
      // It was there: a person has taken it away, and is not contradicted.
      return { kind: 'removed', reason: removedInCrm };
    }
    begin('create');
    const made = await calls.create({ ...entry, text: framed(own) });
    return { kind: 'synced', stored: made, ownText: own, ownTitle: title, act: 'create' };
  }

  async #change(
    change: TakenEntry,
    { entry, own }: { readonly entry: Omit<CrmEntry, 'text'>; readonly own: string },
    found: StoredEntry,
    { connector, calls }: Writing,
    begin: (act: ChangeAct) => void,
  ): Promise<ChangeEnd> {
    let stored = found;
    for (let stale = 0; ; stale++) {
      const text = mergedText(own, stored.text, change.ownText ?? undefined);
      if (text.length > connector.limits.text) {
        const message = `What people wrote leaves no room for the conversation: ${connector.limits.text - frameLength} characters in all.`;
        return { kind: 'failed', reason: 'too-long', fault: 'data', message };
      }
      // The title is theirs once they have changed it; that of a day never changes.
      const isOurs = change.rule !== '' && stored.title === change.ownTitle;
      const title = isOurs || stored.title === '' ? entry.title : stored.title;
      const synced = { kind: 'synced', ownText: own, ownTitle: entry.title } as const;
      if (text === stored.text && title === stored.title) return { ...synced, stored, act: 'none' };
      try {
        begin('change');
        const changed = await calls.change?.(stored, { ...entry, title, text });
        return { ...synced, stored: changed ?? stored, act: 'change' };
      } catch (error) {
        if (!(error instanceof EntryStale) || stale === staleAtMost) throw error;
        const current = await calls.entry?.(change.entryKey, change.form, stored.externalId);
        if (current === undefined) return { kind: 'removed', reason: removedInCrm };
        stored = current;
      }
    }
  }

  /** There is nothing to say any more: what we wrote goes, unless people wrote there too. */
  async #leave(
    change: TakenEntry,
    reason: string,
    stored: StoredEntry | undefined,
    calls: ConnectorCalls,
    begin: (act: ChangeAct) => void,
  ): Promise<ChangeEnd> {
    const isThere = stored !== undefined || (calls.entry === undefined && change.externalId !== null);
    if (!isThere) return { kind: 'skipped', reason };
    const { above, below } = peoplesText(stored?.text, [change.ownText ?? undefined]);
    const theirs = [above, below].filter((part) => part !== '').join('\n');
    if (stored !== undefined && theirs !== '' && calls.change !== undefined) {
      begin('change');
      const { title } = stored;
      const entry = { key: change.entryKey, form: change.form, record: change.record, at: dayStart(change.day) };
      await calls.change(stored, { ...entry, title, text: theirs });
      return { kind: 'removed', reason };
    }
    begin('remove');
    await calls.remove({ key: change.entryKey, form: change.form, record: change.record }, stored?.externalId);
    return { kind: 'removed', reason };
  }
}

function dayStart(day: string): Date {
  return new Date(`${day}T00:00:00.000Z`);
}
