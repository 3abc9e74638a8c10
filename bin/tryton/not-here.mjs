/** This machine cannot have a Tryton; the message says why, in one line. */
export class NotHere extends Error {}
