import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../errors/liaison-error.js';
import { keepSelected, selectFields, type FieldTree } from './field-selection.js';

const tree = (members: Readonly<Record<string, FieldTree | undefined>>): FieldTree => ({
  members: new Map(Object.entries(members)),
});
const known = tree({
  id: undefined,
  content: undefined,
  author: tree({ externalId: undefined, displayName: undefined }),
  annotations: tree({ id: undefined, author: tree({ externalId: undefined }) }),
});
const message = {
  id: '1',
  content: 'hello',
  author: { externalId: 'ann', displayName: null },
  annotations: [
    { id: 'a', author: { externalId: 'bob' } },
    { id: 'b', author: null },
  ],
};
const chosen = (fields: string, value: unknown = message): unknown => keepSelected(value, selectFields(fields, known));
const refused = (fields: string): readonly string[] => {
  try {
    selectFields(fields, known);
  } catch (error) {
    if (error instanceof InvalidInput) return error.faults.map(({ detail }) => detail);
    throw error;
  }
  return [];
};

describe('a selection of fields', () => {
  it.each([
    ['id', { id: '1' }],
    ['content,id', { id: '1', content: 'hello' }],
    ['author', { author: { externalId: 'ann', displayName: null } }],
    ['author.displayName', { author: { displayName: null } }],
    ['author.displayName,author', { author: { externalId: 'ann', displayName: null } }],
    ['author,author.displayName', { author: { externalId: 'ann', displayName: null } }],
    ['author.displayName,author.externalId', { author: { externalId: 'ann', displayName: null } }],
    ['annotations.id', { annotations: [{ id: 'a' }, { id: 'b' }] }],
    ['annotations.author.externalId', { annotations: [{ author: { externalId: 'bob' } }, { author: null }] }],
  ])('%s keeps these and nothing else', (fields, expected) => {
    expect(chosen(fields)).toEqual(expected);
  });

  it('keeps what is null, and does not make up what is missing', () => {
    expect(chosen('author.displayName,content', { author: null })).toEqual({ author: null });
  });

  it.each([
    ['autor', '"autor" is none of id, content, author, annotations'],
    ['author.name', '"name" is none of externalId, displayName'],
    ['author,author.name', '"name" is none of externalId, displayName'],
    ['id.x', 'id has no fields that could be chosen'],
    ['', 'a word is none of id, content, author, annotations'],
    [' id', 'a word is none of id, content, author, annotations'],
    ['__proto__', '"__proto__" is none of id, content, author, annotations'],
    ['<script>', 'a word is none of id, content, author, annotations'],
  ])('%j is refused, naming what is wrong', (fields, detail) => {
    expect(refused(fields)).toEqual([detail]);
  });

  it('is refused for all its faults at once', () => {
    expect(refused('id,x,content,author.y')).toHaveLength(2);
  });
});
