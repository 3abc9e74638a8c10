import { isJsonObject, memberOf, type JsonValue } from '../../common/json/json.js';

/** Where in the payload of an annotation of this type a person would look for text; `*` stands for each item of a list. */
interface TextPlace {
  /** In lower case; upper case was seen in 2018. */
  readonly type: string;
  readonly path: readonly string[];
  /** Whether somebody wrote it. What a service concluded is found too, but counts less. */
  readonly isWritten: boolean;
}

/**
 * Names of things, ids, scores and categories of a lens are no text; nor are passages that the message itself has
 * (dates, relations).
 */
const textPlaces: readonly TextPlace[] = [
  { type: 'generic', path: ['title'], isWritten: true },
  { type: 'generic', path: ['text'], isWritten: true },
  { type: 'file', path: ['name'], isWritten: true },
  { type: 'message-nlp-keywords', path: ['keywords', '*', 'text'], isWritten: false },
  { type: 'message-nlp-entities', path: ['entities', '*', 'text'], isWritten: false },
  { type: 'message-nlp-concepts', path: ['concepts', '*', 'text'], isWritten: false },
  { type: 'message-nlp-taxonomy', path: ['taxonomy', '*', 'label'], isWritten: false },
  { type: 'message-focus', path: ['phrase'], isWritten: false },
  { type: 'conversation-moment', path: ['momentSummary', 'phrases', '*', 'label'], isWritten: false },
];

/** Taxonomies are given as paths, which are one word to Postgres. */
export const pathSeparator = '/';

/** A list of the types that can have text, for SQL. */
export const typesWithTextSql = [...new Set(textPlaces.map(({ type }) => `'${type}'`))].join(', ');

/** Every place with its number, for SQL; paths are jsonpath. */
export const textPlacesSql = `(values ${textPlaces
  .map(({ type, path, isWritten }, nr) => `(${nr}, '${type}', '${jsonpathOf(path)}'::jsonpath, ${isWritten})`)
  .join(', ')}) as place (nr, type, path, is_written)`;

function jsonpathOf(path: readonly string[]): string {
  return path.reduce((before, name) => (name === '*' ? `${before}[*]` : `${before}."${name}"`), '$');
}

/** The texts of an annotation in the order above; the same texts that are indexed. */
export function textsOfAnnotation(type: string | null, payload: JsonValue): string[] {
  return textPlaces
    .filter((place) => place.type === type?.toLowerCase())
    .flatMap(({ path, isWritten }) =>
      textsAt(payload, path).map((text) => (isWritten ? text : text.replaceAll(pathSeparator, ' '))),
    )
    .filter((text) => text !== '');
}

function textsAt(value: JsonValue | undefined, [name, ...rest]: readonly string[]): string[] {
  if (name === undefined) return typeof value === 'string' ? [value] : [];
  if (name === '*') return Array.isArray(value) ? value.flatMap((item: JsonValue) => textsAt(item, rest)) : [];
  return isJsonObject(value) ? textsAt(memberOf(value, name), rest) : [];
}
