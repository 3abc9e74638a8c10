import { type OutboundHttp } from './outbound-http.js';

/** What code that calls the outside needs: one request at a time, guarded by whoever hands it over. */
export type HttpCaller = Pick<OutboundHttp, 'request'>;

/** Injection token of the `HttpCaller` for everything outside. */
export const OUTBOUND = Symbol('outbound');
