import { type EventDto } from '../src/events/event.dto.js';
import { annotationInWords, readable } from './annotation-view.js';
import { at, textAt } from './json-path.js';
import { type Names } from './names.js';
import { type Terminal } from './terminal.js';

/** Prints everything that happened to a message, fact by fact. */
export function printHistory(history: readonly EventDto[], names: Names, terminal: Terminal): void {
  for (const event of history) {
    const actor = textAt(event.data, 'actor', 'externalId');
    const who = actor === undefined ? 'unknown' : names.of(actor);
    terminal.moment(new Date(event.occurredAt), who, `${event.type}  ${inWords(event, names)}`.trimEnd());
  }
}

function inWords({ data }: EventDto, names: Names): string {
  const type = textAt(data, 'annotationType');
  if (type !== undefined) return annotationInWords(type, at(data, 'payload'), names);
  return (
    textAt(data, 'reaction') ?? readable(textAt(data, 'content') ?? (at(data, 'content') === null ? '(no text)' : ''))
  );
}
