/**
 * Injection token: for how many ms a call whose answer was lost may still be worked on by the CRM; before that a look for what it
 * did would say too little. Longer than a call may take.
 */
export const CRM_SETTLE_MS = Symbol('ms in which a lost call to a CRM settles');
