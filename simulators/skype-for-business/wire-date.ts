import { type WireFormat } from './wire-format.js';

/** A moment as `timeStamp` shows it; both forms occur in one feed. */
export function wireDate(at: number, form: WireFormat['dates'], direction: 'Incoming' | 'Outgoing'): string {
  switch (form) {
    case 'iso':
      return new Date(at).toISOString();
    case 'slash':
      return `/Date(${at})/`;
    case 'slash-escaped-twice':
      return `\\/Date(${at})\\/`;
    case 'mixed':
      return wireDate(at, direction === 'Incoming' ? 'slash' : 'iso', direction);
  }
}
