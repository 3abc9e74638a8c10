import { type HttpCall, isRecord, jsonObject, mediaType } from '../common/http-exchange.js';
import { ApiRefusal } from './api-error.js';
import { multipartRelated } from './multipart-related.js';
import { type Importance } from './resources.js';

type Members = Readonly<Record<string, unknown>>;

/** What a request that starts a conversation asks for. */
export interface StartRequest {
  readonly operationId: string;
  readonly to: string;
  readonly subject: string;
  readonly importance: Importance;
  readonly threadId: string | undefined;
  readonly callbackUrl: string | undefined;
  readonly callbackContext: string | undefined;
  /** An attached part as a data URI. */
  readonly customContent: string | undefined;
}

/** Reads JSON, or `multipart/related` whose first part is JSON and points at others by `cid:`. Refuses with BadRequest. */
export function startRequest(call: HttpCall): StartRequest {
  const { members, attachment } = mediaType(call) === 'multipart/related' ? related(call) : plain(call);
  const callbackUrl = text(members, 'callbackUrl', 2_000);
  if (callbackUrl !== undefined && !/^https?:\/\/[^/\s]+/.test(callbackUrl)) {
    throw invalid('callbackUrl is no absolute address.');
  }
  return {
    ...inviteRequest(members),
    subject: text(members, 'subject', 250) ?? '',
    importance: importanceOf(text(members, 'importance', 20)),
    threadId: text(members, 'threadId', 250),
    callbackUrl,
    callbackContext: text(members, 'callbackContext', 2_000),
    customContent: attachment,
  };
}

export function inviteRequest(members: Members): { readonly operationId: string; readonly to: string } {
  const to = text(members, 'to', 500);
  if (to === undefined || !/^(sip|tel):\S+$/i.test(to)) throw invalid('to is no sip or tel address.');
  return { operationId: checkedOperationId(text(members, 'operationId', 1_000)), to };
}

/** Chosen by the app, 50 characters at most; the platform makes one up when there is none. */
export function checkedOperationId(given: string | undefined): string {
  if (given === undefined) return `op-${Math.random().toString(36).slice(2)}`;
  if (given === '' || given.length > 50) throw invalid('operationId has 1 to 50 characters.');
  return given;
}

/** The body as JSON with members; an empty body has none. */
export function jsonMembers(call: HttpCall): Members {
  if (call.body.length === 0) return {};
  return plain(call).members;
}

export function text(members: Members, name: string, longest: number): string | undefined {
  const value = members[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.length > longest)
    throw invalid(`${name} is no text of ${longest} characters.`);
  return value;
}

interface ReadBody {
  readonly members: Members;
  readonly attachment: string | undefined;
}

function plain(call: HttpCall): ReadBody {
  if (mediaType(call) !== 'application/json' && mediaType(call) !== 'application/vnd.microsoft.com.ucwa+json') {
    throw new ApiRefusal('UnsupportedMediaType', undefined, 'The content type is not supported.');
  }
  return { members: parsed(call.body.toString('utf8')), attachment: undefined };
}

function related(call: HttpCall): ReadBody {
  const contentType = call.headers['content-type'] ?? '';
  const multipart = multipartRelated(contentType, call.body);
  if (multipart === undefined || !/^application\/json\b/i.test(multipart.root.type)) {
    throw invalid('The body is no multipart/related that begins with JSON.');
  }
  const members = parsed(multipart.root.body);
  const [contentId] = contentIdsIn(members);
  if (contentId === undefined) return { members, attachment: undefined };
  const part = multipart.parts.get(contentId);
  if (part === undefined) throw invalid(`No part has the Content-ID ${contentId}.`);
  return { members, attachment: `data:${part.type.replace(/\s/g, '')};base64,${part.body.toString('base64')}` };
}

function contentIdsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return /^cid:/i.test(value) ? [value.slice(4)] : [];
  return isRecord(value) ? Object.values(value).flatMap(contentIdsIn) : [];
}

function parsed(body: string): Members {
  const members = jsonObject(body);
  if (members === undefined)
    throw new ApiRefusal('BadRequest', 'DeserializationFailure', 'The body is no JSON object.');
  return members;
}

function importanceOf(given: string | undefined): Importance {
  switch (given) {
    case undefined:
    case 'Normal':
      return 'Normal';
    case 'Urgent':
    case 'Emergency':
      return given;
    default:
      throw invalid('importance is Normal, Urgent or Emergency.');
  }
}

function invalid(message: string): ApiRefusal {
  return new ApiRefusal('BadRequest', 'ParameterValidationFailure', message);
}
