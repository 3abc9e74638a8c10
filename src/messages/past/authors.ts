import { type UserOfSpace } from '../../events/past/past-events.finder.js';
import { type Named } from '../author.dto.js';

interface Authored {
  readonly space_id: string;
  readonly author_external_id: string | null;
  readonly author_name: string | null;
}

/** The authors of rows that came without their names. */
export function unnamedAuthors(rows: readonly Authored[]): UserOfSpace[] {
  return rows.flatMap(({ space_id: spaceId, author_external_id: externalId, author_name: name }) =>
    externalId === null || name !== null ? [] : [{ spaceId, externalId }],
  );
}

/** The row with the name that its author went by. */
export function named<Row extends Authored>(row: Row, nameOf: (user: UserOfSpace) => string | null): Named<Row> {
  const { space_id: spaceId, author_external_id: externalId } = row;
  return { ...row, known_name: externalId === null ? null : nameOf({ spaceId, externalId }) };
}
