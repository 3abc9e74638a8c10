import { type Actor, type EventMap, type EventType, type SpacelessType } from '../../events/event-map.js';

type SpaceType = Exclude<EventType, SpacelessType>;

/** A fact before it knows its place: what one event of a body says. */
export type Draft = {
  [K in SpaceType]: {
    readonly type: K;
    /** Where the event tells it; else it counts from when we received it. */
    readonly at?: Date;
    /** The subject of the conversation, where the event tells it. */
    readonly title?: string;
    readonly actor?: Actor;
    readonly data: EventMap[K];
  };
}[SpaceType];
