import { type Entity } from './entity-store.js';
import { EspoError } from './espo-error.js';

/** The entities that meet every `where[n]`, the oldest first unless asked otherwise, at most `maxSize` of them. */
export function search(entities: readonly Entity[], query: URLSearchParams): readonly Entity[] {
  const conditions: ((entity: Entity) => boolean)[] = [];
  for (let index = 0; query.has(`where[${index}][type]`); index++) {
    const [type, attribute = '', value = ''] = ['type', 'attribute', 'value'].map(
      (part) => query.get(`where[${index}][${part}]`) ?? '',
    );
    conditions.push((entity) => meets(entity, type, attribute, value));
  }
  const maxSize = Number(query.get('maxSize') ?? 20);
  if (!(maxSize <= 200)) throw new EspoError(403, 'Max size should should not exceed 200.');
  const found = entities.filter((entity) => conditions.every((condition) => condition(entity)));
  return (query.get('order') === 'desc' ? found.toReversed() : found).slice(0, maxSize);
}

function meets({ attributes }: Entity, type: string | undefined, attribute: string, value: string): boolean {
  const kept = attributes[attribute];
  if (attribute === 'emailAddress') {
    const fits = (address: string): boolean =>
      type === 'endsWith' ? like(address, value, '') : address === value.toLowerCase();
    return addressesIn(attributes).some(fits);
  }
  // As MySQL's collations have it.
  if (type === 'equals') return String(kept).toLowerCase() === value.toLowerCase();
  if (type === 'contains') return typeof kept === 'string' && like(kept, value);
  throw new EspoError(400, `Unknown where type ${String(type)}.`);
}

/** MySQL's LIKE '%value%', or without what comes after it: no difference between capitals and small letters, and two wildcards. */
function like(kept: string, value: string, after = '[^]*'): boolean {
  const pattern = value
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '[^]*')
    .replaceAll('_', '[^]');
  return new RegExp(`^[^]*${pattern}${after}$`, 'i').test(kept);
}

function addressesIn(attributes: Readonly<Record<string, unknown>>): readonly string[] {
  const data = attributes['emailAddressData'];
  return Array.isArray(data) ? data.map((item: { readonly lower: string }) => item.lower) : [];
}
