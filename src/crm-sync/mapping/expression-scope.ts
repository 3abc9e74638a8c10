import { Environment } from '@marcbachmann/cel-js';
import { firstLine, patternFunctions } from './expression-functions.js';

/** What rules of a mapping are about. */
export const subjectKinds = ['message', 'annotation', 'reaction', 'member', 'conversation', 'space'] as const;
export type SubjectKind = (typeof subjectKinds)[number];

/** Where an expression stands: on a subject, or in the title of a day. */
export type ScopeName = SubjectKind | 'day';

/** The longest text of a message, of an annotation and of everything else that expressions are given, in UTF-16 code units. */
export const longest = { messageText: 20_000, annotationText: 1_000, text: 500 };
export const mostAnnotations = 20;

/** The longest expression, and how many parts it may be made of. */
export const longestExpression = 2_000;
const limits = { maxAstNodes: 300, maxDepth: 40, maxListElements: 50, maxMapEntries: 1, maxCallArguments: 8 };

const time = 'google.protobuf.Timestamp';

const schemas = {
  space: { id: 'string', externalId: 'string', platform: 'string', title: 'string', description: 'string' },
  record: { kind: 'string', id: 'string' },
  message: {
    ...{ id: 'string', externalId: 'string', text: 'string', author: 'string', authorId: 'string', at: time },
    ...{ isEdited: 'bool', isDeleted: 'bool', hasFailed: 'bool', annotations: 'list<Annotation>' },
  },
  annotation: { type: 'string', text: 'string', author: 'string', at: time },
  reaction: { name: 'string', by: 'string', at: time },
  member: { externalId: 'string', name: 'string', email: 'string', role: 'string', isMember: 'bool', at: time },
  conversation: { externalId: 'string', subject: 'string', state: 'string', isEnded: 'bool', at: time },
} as const;

/** The variables of each scope; `docs/crm/mappings.md` has the same list. */
export const variablesOf: Readonly<Record<ScopeName, readonly (keyof typeof schemas | 'day')[]>> = {
  day: ['space', 'record', 'day'],
  message: ['space', 'record', 'message'],
  annotation: ['space', 'record', 'message', 'annotation'],
  reaction: ['space', 'record', 'message', 'reaction'],
  member: ['space', 'record', 'member'],
  conversation: ['space', 'record', 'conversation'],
  space: ['space', 'record'],
};

/** The language of one scope: CEL with these variables and our functions, every name and type known beforehand. */
function environmentOf(scope: ScopeName): Environment {
  const environment = new Environment({ limits })
    .registerType('Annotation', { fields: schemas.annotation })
    .registerFunction('matches(string, string): bool', patternFunctions.matches)
    .registerFunction('extract(string, string): string', patternFunctions.extract)
    .registerFunction('firstLine(string): string', firstLine)
    .registerFunction('cut(string, int): string', (text: string, length: bigint) =>
      text.slice(0, Math.max(0, Number(length))),
    )
    .registerFunction(`date(${time}): string`, (at: Date) => at.toISOString().slice(0, 10))
    .registerFunction(`time(${time}): string`, (at: Date) => at.toISOString().slice(11, 16));
  for (const name of variablesOf[scope]) {
    if (name === 'day') environment.registerVariable(name, 'string');
    else environment.registerVariable({ name, schema: schemas[name] });
  }
  return environment;
}

const environments = new Map<ScopeName, Environment>();

/** The same as `environmentOf`, made once. */
export function languageOf(scope: ScopeName): Environment {
  const known = environments.get(scope);
  if (known !== undefined) return known;
  const made = environmentOf(scope);
  environments.set(scope, made);
  return made;
}
