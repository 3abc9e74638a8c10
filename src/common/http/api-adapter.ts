import { HttpStatus } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { type Response } from 'express';
import { sha256 } from '../security/sha256.js';
import { apiCallOf, type ApiCall } from './api-call.js';
import { keepSelected } from './field-selection.js';
import { returnPreferredBy } from './return-preference.js';

/**
 * How answers of the REST API leave, by what the OpenAPI document says of their route: reads with the fields that were
 * asked for and a tag by which to ask again, writes with where to read what they made, and without a body if that is
 * preferred.
 */
export class ApiAdapter extends ExpressAdapter {
  override reply(response: Response, body: unknown, statusCode?: number): unknown {
    const call = isPlainObject(body) ? apiCallOf(response.req) : undefined;
    if (call === undefined) return super.reply(response, body, statusCode);
    if (statusCode !== undefined) response.status(statusCode);
    return call.isRead ? replyToRead(response, body, call) : replyToWrite(response, body, call);
  }
}

function replyToRead(response: Response, body: unknown, { operation, selection }: ApiCall): Response {
  const text = JSON.stringify(operation.isPage ? ofItems(body, selection) : keepSelected(body, selection));
  // Weak, because compression changes the bytes. Express answers 304 by it.
  response.setHeader('etag', `W/"${sha256(text).toString('base64url').slice(0, 22)}"`);
  response.setHeader('content-type', 'application/json; charset=utf-8');
  return response.send(text);
}

function ofItems(page: unknown, selection: ApiCall['selection']): unknown {
  if (selection === undefined || typeof page !== 'object' || page === null || !('items' in page)) return page;
  return { ...page, items: keepSelected(page.items, selection) };
}

function replyToWrite(response: Response, body: unknown, { operation }: ApiCall): Response {
  const { req: request } = response;
  if (operation.isLocated && typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string') {
    response.setHeader('location', `${request.baseUrl}${request.path.replace(/\/$/, '')}/${body.id}`);
  }
  if (!operation.honoursReturn) return response.json(body);
  response.vary('prefer');
  const preferred = returnPreferredBy(request.headers['prefer']);
  if (preferred !== undefined) response.setHeader('preference-applied', `return=${preferred}`);
  if (preferred !== 'minimal') return response.json(body);
  if (response.statusCode === 200) response.status(HttpStatus.NO_CONTENT);
  return response.end();
}

/** What controllers answer, other than files, streams and nothing. */
function isPlainObject(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype;
}
