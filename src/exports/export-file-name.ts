import { type SpaceDto } from '../spaces/space.dto.js';

const longestTitle = 80;
/** What has a meaning in paths, in shells or to file systems, and what cannot be seen. */
const unfit = /[\p{C}\p{Zl}\p{Zp}/\\:*?"'<>|`$;&%#{}~]+/gu;

/** A name for the file that an export is saved in: any title of a space becomes a harmless one. */
export function exportFileName({ title }: Pick<SpaceDto, 'title'>, now: Date, extension: string): string {
  const fit = (title ?? '').toWellFormed().normalize('NFC').replace(unfit, ' ').replace(/\s+/gu, ' ').trim();
  const cut = [...fit]
    .slice(0, longestTitle)
    .join('')
    .replace(/^[.\s]+|[.\s]+$/gu, '');
  return `${cut === '' ? 'space' : cut} ${now.toISOString().slice(0, 10)}${extension}`;
}
