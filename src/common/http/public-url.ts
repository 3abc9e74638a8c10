/** How the outside reaches us, without a trailing slash; known once we listen where it is not configured. */
export type PublicUrl = () => string;

/** Injection token of the `PublicUrl`. */
export const PUBLIC_URL = Symbol('public url');
