/** One entity of the database; it changes in place. */
export interface Entity {
  readonly id: string;
  readonly type: string;
  attributes: Readonly<Record<string, unknown>>;
  /** Whole seconds, as EspoCRM keeps times. */
  modifiedAt: string;
  versionNumber: number | undefined;
}

const types = ['Account', 'Contact', 'Opportunity', 'Case', 'Note', 'Task', 'Meeting'];
/** Those with `optimisticConcurrencyControl`. */
const versioned = new Set(['Opportunity', 'Case', 'Task']);
/** What the API takes from nobody. */
const ownAttributes = new Set(['id', 'deleted', 'createdAt', 'modifiedAt', 'versionNumber']);

/** Entities by type and id, in the order of their creation. */
export class EntityStore {
  readonly #entities = new Map<string, Entity>();
  #last = 0;

  knows(type: string): boolean {
    return types.includes(type);
  }

  add(type: string, attributes: Readonly<Record<string, unknown>>): Entity {
    const id = `6a${(++this.#last).toString(16).padStart(15, '0')}`;
    const versionNumber = versioned.has(type) ? 1 : undefined;
    const entity = { id, type, attributes: taken(attributes), modifiedAt: now(), versionNumber };
    this.#entities.set(id, entity);
    return entity;
  }

  find(id: string): Entity | undefined {
    return this.#entities.get(id);
  }

  all(type: string): readonly Entity[] {
    return [...this.#entities.values()].filter((entity) => entity.type === type);
  }

  change(entity: Entity, attributes: Readonly<Record<string, unknown>>): void {
    entity.attributes = { ...entity.attributes, ...taken(attributes) };
    entity.modifiedAt = now();
    if (entity.versionNumber !== undefined) entity.versionNumber += 1;
  }

  remove(id: string): void {
    this.#entities.delete(id);
  }
}

function taken(attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !ownAttributes.has(name)));
}

function now(): string {
  return new Date().toISOString().slice(0, 19).replace('T', ' ');
}
