import { type Client } from 'openapi-fetch';
import { type paths } from './schema.js';

/** The operations of the API. What can be had in several forms is JSON here. */
export type Api = Client<paths, 'application/json'>;
