import { type Entity } from './entity-store.js';
import { EspoError } from './espo-error.js';

/** The entities that meet every `where[n]`, the oldest first, at most `maxSize` of them. */
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
  return entities.filter((entity) => conditions.every((condition) => condition(entity))).slice(0, maxSize);
}

function meets({ attributes }: Entity, type: string | undefined, attribute: string, value: string): boolean {
  const kept = attributes[attribute];
  if (attribute === 'emailAddress') return type === 'equals' && addressesIn(attributes).includes(value.toLowerCase());
  if (type === 'equals') return String(kept) === value;
  if (type === 'contains') return typeof kept === 'string' && like(kept, value);
  throw new EspoError(400, `Unknown where type ${String(type)}.`);
}

/** MySQL's LIKE '%value%': no difference between capitals and small letters, and two wildcards. */
function like(kept: string, value: string): boolean {
  const pattern = value
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '[^]*')
    .replaceAll('_', '[^]');
  return new RegExp(pattern, 'i').test(kept);
}

function addressesIn(attributes: Readonly<Record<string, unknown>>): readonly string[] {
  const data = attributes['emailAddressData'];
  return Array.isArray(data) ? data.map((item: { readonly lower: string }) => item.lower) : [];
}
