import { filledTextOf, textOf, type JsonObject } from '../../common/json/json.js';
import { fingerprint } from '../../common/security/fingerprint.js';
import { PlatformUnavailable } from '../../platforms/platform.errors.js';
import { type CrmEntry, type RecordReference, type StoredEntry } from '../crm-record.js';
import { timeFrom } from './salesforce.records.js';

/** What is read of a task. */
export const taskFields = 'Id,Subject,Description,SystemModstamp';

/** A task as it is there, and when it was last changed. */
export interface StoredTask {
  readonly entry: StoredEntry & { readonly version: string };
  readonly changedAt: Date;
}

/** What a change says of an entry; what it does not say stays as people have it. */
export function taskChange({ form, title, text, isDone }: CrmEntry): JsonObject {
  const status = form === 'note' || isDone === true ? 'Completed' : isDone === false ? 'Not Started' : undefined;
  return {
    Subject: title,
    Description: text,
    ...(status === undefined ? {} : { Status: status }),
  };
}

/** The same with when it is due, which is its people's from then on, and the record that it is about. */
export function taskOf(entry: CrmEntry): JsonObject {
  return { ...taskChange(entry), ActivityDate: entry.at.toISOString().slice(0, 10), ...relation(entry.record) };
}

/** A contact is who a task is about, everything else is what it is about. */
function relation({ kind, externalId }: RecordReference): JsonObject {
  return kind === 'contact' ? { WhoId: externalId } : { WhatId: externalId };
}

/** A task as the API tells it. Throws `PlatformUnavailable` where a field is missing that every task has. */
export function taskFrom(row: JsonObject): StoredTask {
  const externalId = filledTextOf(row, 'Id');
  const changedAt = timeFrom(filledTextOf(row, 'SystemModstamp'));
  if (externalId === undefined || changedAt === undefined) throw new PlatformUnavailable('no-usable-answer');
  // People's line ends come as CR LF.
  const text = (textOf(row, 'Description') ?? '').replace(/\r\n?/g, '\n');
  return { entry: storedTask(externalId, { title: textOf(row, 'Subject') ?? '', text }), changedAt };
}

/** An entry with its version: one of what it says, since times are told in whole seconds. */
export function storedTask(
  externalId: string,
  { title, text }: Pick<CrmEntry, 'title' | 'text'>,
): StoredEntry & { readonly version: string } {
  return { externalId, title, text, version: fingerprint(Buffer.from(JSON.stringify([title, text]))) };
}
