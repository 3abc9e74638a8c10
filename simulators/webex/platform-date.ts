import { type Quirks } from './quirks.js';

/** ISO-8601 in one of the two ways the platform writes it. */
export function platformDate(at: number, timestamps: Quirks['timestamps'] = 'zulu'): string {
  const iso = new Date(at).toISOString();
  return timestamps === 'zulu' ? iso : iso.replace(/\.\d{3}Z$/, '+00:00');
}
