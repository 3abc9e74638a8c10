import { type OpenAPIObject } from '@nestjs/swagger';
import { eventTypes, type EventType } from '../events/event-map.js';
import { dataSchemaOf } from './event-schemas.js';
import { toJsonSchema } from './json-schema.js';

const streamPath = '/v1/events/stream';

/**
 * The AsyncAPI 3 document of the change feed: one channel, one message for each type of event. The envelope of a message and
 * the parameters of the request are those of the OpenAPI document; the data of each type is described besides.
 */
export function asyncApiDocument(openApi: OpenAPIObject, publicUrl: string): object {
  const { host, protocol, pathname } = new URL(publicUrl);
  return {
    asyncapi: '3.0.0',
    id: 'urn:liaison:feed',
    info: {
      title: `${openApi.info.title}: change feed`,
      version: openApi.info.version,
      description:
        'Every fact once, in a fixed order, as Server-Sent Events. `id` is the cursor to come back with as `Last-Event-ID`, ' +
        '`event` the type, `data` the message. The same in pages, and what else can be asked, is in the OpenAPI document.',
    },
    defaultContentType: 'application/json',
    servers: {
      liaison: { host, protocol: protocol.slice(0, -1), ...(pathname === '/' ? {} : { pathname }) },
    },
    channels: {
      events: {
        address: streamPath,
        title: 'The change feed',
        messages: Object.fromEntries(types.map((type) => [type, { $ref: `#/components/messages/${type}` }])),
      },
    },
    operations: {
      follow: {
        action: 'send',
        channel: { $ref: '#/channels/events' },
        summary: 'Tell a follower every fact',
        security: [{ $ref: '#/components/securitySchemes/bearer' }],
        bindings: { http: { method: 'GET', query: parametersOf(openApi), bindingVersion: '0.3.0' } },
        messages: types.map((type) => ({ $ref: `#/channels/events/messages/${type}` })),
      },
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An API key or a JWT' } },
      messages: Object.fromEntries(types.map((type) => [type, messageOf(type)])),
      schemas: {
        event: toJsonSchema(openApi.components?.schemas?.['EventDto'] ?? {}),
        ...Object.fromEntries(types.map((type) => [type, dataSchemaOf(type)])),
      },
    },
  };
}

// Object.keys forgets what the keys of the event map are.
const types = eventTypes as EventType[];

function messageOf(type: EventType): object {
  return {
    name: type,
    title: type,
    contentType: 'application/json',
    payload: {
      allOf: [
        { $ref: '#/components/schemas/event' },
        { type: 'object', properties: { type: { const: type }, data: { $ref: `#/components/schemas/${type}` } } },
      ],
    },
  };
}

/** The query parameters of the stream, as one schema. */
function parametersOf(openApi: OpenAPIObject): object {
  const parameters = openApi.paths[streamPath]?.get?.parameters ?? [];
  const properties = parameters.flatMap((parameter) =>
    '$ref' in parameter || parameter.in !== 'query'
      ? []
      : [[parameter.name, { ...toJsonSchema(parameter.schema ?? {}), description: parameter.description ?? '' }]],
  );
  return { type: 'object', properties: Object.fromEntries(properties) as object };
}
