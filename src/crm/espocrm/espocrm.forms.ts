import { filledTextOf, textOf, type JsonObject } from '../../common/json/json.js';
import { type CrmEntry, type EntryForm } from '../crm-record.js';
import { describe, describedText, nameOf, postOf, readPost, titleOf, type WrittenText } from './espocrm.text.js';
import { entityTypes } from './espocrm.records.js';

/** How entries of one form are kept. */
interface FormKept {
  readonly entityType: string;
  /** The attribute that ends with the line of the key. */
  readonly textAttribute: string;
  /** What can be changed. */
  readonly attributes: (entry: CrmEntry) => JsonObject;
  /** What is said besides when it is made. */
  readonly whenNew: (entry: CrmEntry, assignedUserId: string | undefined) => JsonObject;
  readonly read: (entity: JsonObject) => WrittenText;
}

/** A meeting must end after it began. */
const meetingMs = 300_000;

export const forms: Readonly<Record<EntryForm, FormKept>> = {
  note: {
    entityType: 'Note',
    textAttribute: 'post',
    attributes: (entry) => ({ post: postOf(entry, entry.key) }),
    whenNew: (entry) => ({ type: 'Post', ...parentOf(entry) }),
    read: (entity) => readPost(textOf(entity, 'post') ?? ''),
  },
  task: {
    entityType: 'Task',
    textAttribute: 'description',
    attributes: (entry) => ({
      name: nameOf(entry.title),
      description: describe(entry.text, entry.key),
      ...(entry.isDone === undefined ? {} : { status: entry.isDone ? 'Completed' : 'Not Started' }),
    }),
    // When a task is due is its people's once it is there.
    whenNew: (entry, assignedUserId) => ({
      dateEnd: dateTimeOf(entry.at),
      ...parentOf(entry),
      ...assigned(assignedUserId),
    }),
    read: readNamed,
  },
  activity: {
    entityType: 'Meeting',
    textAttribute: 'description',
    attributes: (entry) => ({
      name: nameOf(entry.title),
      description: describe(entry.text, entry.key),
      dateStart: dateTimeOf(entry.at),
      dateEnd: dateTimeOf(new Date(entry.at.getTime() + meetingMs)),
    }),
    whenNew: (entry, assignedUserId) => ({ status: 'Held', ...parentOf(entry), ...assigned(assignedUserId) }),
    read: readNamed,
  },
};

function readNamed(entity: JsonObject): WrittenText {
  return {
    title: titleOf(filledTextOf(entity, 'name') ?? ''),
    text: describedText(textOf(entity, 'description') ?? ''),
  };
}

function parentOf({ record }: CrmEntry): JsonObject {
  return { parentType: entityTypes[record.kind], parentId: record.externalId };
}

function assigned(assignedUserId: string | undefined): JsonObject {
  return assignedUserId === undefined ? {} : { assignedUserId };
}

/** `YYYY-MM-DD HH:mm:ss` in UTC. */
export function dateTimeOf(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}
