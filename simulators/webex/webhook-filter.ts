import { isRecord } from '../common/http-exchange.js';
import { type PlatformEvent } from './platform-event.js';

/** The parts of a filter such as `roomId=…&personEmail=…`; undefined when it is not of that form. */
export function filterParts(filter: string): readonly (readonly [string, string])[] | undefined {
  const parts = filter.split('&').map((part): readonly [string, string] => {
    const equals = part.indexOf('=');
    return [part.slice(0, Math.max(0, equals)), part.slice(equals + 1)];
  });
  return parts.every(([name, value]) => name !== '' && value !== '') ? parts : undefined;
}

/** Whether an event passes; `me` among mentioned people is whoever registered the webhook. */
export function passesFilter(filter: string | undefined, event: PlatformEvent, creatorId: string): boolean {
  if (filter === undefined) return true;
  return (filterParts(filter) ?? []).every(([name, value]) => {
    if (name !== 'mentionedPeople') return valuesOf(event, name).includes(value);
    const wanted = value.split(',').map((id) => (id === 'me' ? creatorId : id));
    return valuesOf(event, name).some((id) => wanted.includes(id));
  });
}

/** The number and kind of a call stand one level deeper than their filters. */
function valuesOf({ data, traits = {} }: PlatformEvent, name: string): readonly string[] {
  const remoteParty = isRecord(data['remoteParty']) ? data['remoteParty'] : {};
  const value = data[name] ?? traits[name] ?? remoteParty[name];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
