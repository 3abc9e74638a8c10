import { type AccessTokens } from './access-tokens.js';
import { type SimulatorClock } from '../common/clock.js';
import { type HttpAnswer, type HttpCall, isRecord, jsonObject, mediaType } from '../common/http-exchange.js';
import { errorAnswer } from './error-answer.js';
import { platformDate } from './platform-date.js';
import { type GenericAnnotation, type SimulatedMessage } from './simulated-message.js';
import { type World } from './world.js';

/** The version of message and annotation: number and text were both in use. */
const versions: readonly unknown[] = [1, '1', '1.0'];

interface AppMessage {
  readonly version: unknown;
  readonly annotation: Readonly<Record<string, unknown>>;
  readonly generic: GenericAnnotation;
}

/** `POST /v1/spaces/{spaceId}/messages`: an app message, posted as the app or as a person. */
export class MessagesEndpoint {
  constructor(
    private readonly world: World,
    private readonly tokens: AccessTokens,
    private readonly clock: SimulatorClock,
  ) {}

  post(call: HttpCall, spaceId: string): HttpAnswer {
    const refuse = (status: number, message: string): HttpAnswer =>
      errorAnswer(call, status, message, this.clock.now());
    const caller = this.tokens.callerOf(call);
    if (caller === undefined) return refuse(401, 'Full authentication is required to access this resource');
    if (mediaType(call) !== 'application/json') return refuse(400, 'The body is not JSON.');
    const body = jsonObject(call.body.toString('utf8'));
    if (body === undefined) return refuse(400, 'The body is not a JSON object.');
    const message = appMessage(body);
    if (typeof message === 'string') return refuse(400, message);
    const space = this.world.visibleSpace(spaceId, caller.actor.id);
    if (space === undefined || !caller.permissions.includes('message_create')) return refuse(403, 'Access is denied');
    return { status: 201, body: stored(message, space.postAsApp(caller.actor, message.generic)) };
  }
}

/** The message in a request, or what is wrong with it. */
function appMessage(body: Readonly<Record<string, unknown>>): AppMessage | string {
  if (body['type'] !== 'appMessage') return 'The type of the message must be "appMessage".';
  if (!versions.includes(body['version'])) return 'The version of the message is missing or unknown.';
  const annotations: unknown = body['annotations'];
  if (!Array.isArray(annotations) || annotations.length !== 1) return 'A message has exactly one annotation.';
  const annotation: unknown = annotations[0];
  if (!isRecord(annotation) || annotation['type'] !== 'generic') return 'The annotation must be of type "generic".';
  const { text, title, color, actor, version = 1 } = annotation;
  if (typeof text !== 'string' || text === '') return 'The annotation has no text.';
  if (!versions.includes(version)) return 'The version of the annotation is unknown.';
  if (title !== undefined && typeof title !== 'string') return 'The title must be text.';
  if (color !== undefined && !isHexColor(color)) return 'The color must be RGB in hex.';
  if (actor !== undefined && !(isRecord(actor) && typeof actor['name'] === 'string')) return 'The actor has no name.';
  const generic: GenericAnnotation = {
    text,
    version: typeof version === 'string' ? version : 1,
    ...(title === undefined ? {} : { title }),
    ...(color === undefined ? {} : { color }),
    ...(actor === undefined ? {} : { actor }),
  };
  return { version: body['version'], annotation, generic };
}

function isHexColor(value: unknown): value is string {
  return typeof value === 'string' && /^#?[0-9a-f]{6}$/i.test(value);
}

/** Dates are ISO here, although the same annotation carries epoch milliseconds elsewhere. */
function stored(request: AppMessage, message: SimulatedMessage): Readonly<Record<string, unknown>> {
  const created = platformDate(message.created);
  const createdBy = message.author.id;
  const annotationId = message.annotations[0]?.id;
  return {
    annotations: [{ ...request.annotation, annotationId, created, createdBy }],
    version: request.version,
    id: message.id,
    createdBy,
    type: 'appMessage',
    created,
  };
}
