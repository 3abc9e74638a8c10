/*
 * Which events tell what, as expressions over an event `e`. They are those of the indexes events_of_space, events_of_actor,
 * events_numbered_of_space and events_numbered_of_actor (migration 1763800000008), word for word: a statement that says it
 * otherwise scans a space's whole history. What the folds take from any event of a space must stand here.
 */
export const isNumbered = `e.data ? 'position'`;
/** The place in the order of the space, for events that are numbered (see `orderOf`). */
export const number = `((e.data ->> 'position')::float8)`;

export const tellsOfSpace = `e.data -> 'space' ?| array['title', 'organizationExternalId']`;
/** What is told of the space: 0 nothing, 1 the title, 2 the organisation, 3 both. */
export const toldOfSpace = `
  ((case when e.data -> 'space' ? 'title' then 1 else 0 end)
   + (case when e.data -> 'space' ? 'organizationExternalId' then 2 else 0 end))`;
/** The same of events that are ordered by time; 0 for numbered ones. */
export const toldOfSpaceByTime = `(case when ${isNumbered} then 0 else ${toldOfSpace} end)`;

/** An actor's id may be longer than an index takes; whoever asks by this compares the id too. */
export const actorHash = `hashtextextended(e.data -> 'actor' ->> 'externalId', 0)`;
export const tellsOfActor = `e.data -> 'actor' ?| array['displayName', 'email']`;
/** What is told of the actor: 1 the name, 2 the e-mail address, 3 both. */
export const toldOfActor = `
  ((case when e.data -> 'actor' ? 'displayName' then 1 else 0 end)
   + (case when e.data -> 'actor' ? 'email' then 2 else 0 end))`;
