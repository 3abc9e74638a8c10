import { type AccessTokens } from './access-tokens.js';
import { type SimulatorClock } from '../common/clock.js';
import { type Operation, parseDocument, UnreadableQueryError } from './graphql-document.js';
import { execute } from './graphql-execution.js';
import { mutationRoot } from './graphql-mutation-type.js';
import { GraphqlObjectTypes } from './graphql-object-types.js';
import { type PageSizes } from './graphql-page.js';
import { queryRoot } from './graphql-query-type.js';
import { selectionErrors } from './graphql-type.js';
import { type HttpAnswer, type HttpCall, isRecord, jsonObject, mediaType } from '../common/http-exchange.js';
import { errorAnswer } from './error-answer.js';
import { type World } from './world.js';

interface AskedOperation {
  readonly operation: Operation;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * `POST /graphql`: queries raw or in JSON, the token in `Authorization` or `jwt`, more fields through `x-graphql-view`.
 * Errors of fields come with HTTP 200; 400 is a query that cannot be processed at all, 401 a token that does not count.
 */
export class GraphqlEndpoint {
  constructor(
    private readonly world: World,
    private readonly tokens: AccessTokens,
    private readonly clock: SimulatorClock,
    private readonly pageSizes: PageSizes,
  ) {}

  post(call: HttpCall): HttpAnswer {
    const caller = this.tokens.callerOf(call, { jwtHeader: true });
    if (caller === undefined) return errorAnswer(call, 401, 'Unauthorized', this.clock.now());
    const asked = askedOperation(call);
    if (typeof asked === 'string') return { status: 400, body: { message: asked, status: 400 } };
    const types = new GraphqlObjectTypes(caller, this.pageSizes, (message) =>
      this.world.visibleSpace(message.home.id, caller.actor.id),
    );
    const { operation, variables } = asked;
    const root = operation.kind === 'query' ? queryRoot(types, this.world) : mutationRoot(types, this.world);
    const faulty = selectionErrors(root.shape, operation.selections, openedViews(call));
    if (faulty.length > 0) return { status: 200, body: { data: null, errors: faulty } };
    const { data, errors } = execute(operation, root, variables);
    return { status: 200, body: errors.length === 0 ? { data } : { data, errors } };
  }
}

function openedViews(call: HttpCall): ReadonlySet<string> {
  const header = call.headers['x-graphql-view'];
  const names = typeof header === 'string' ? header.split(',') : [];
  return new Set(names.map((name) => name.trim()));
}

/** The operation of a request, or why it cannot be processed. */
function askedOperation(call: HttpCall): AskedOperation | string {
  const text = call.body.toString('utf8');
  switch (mediaType(call)) {
    case 'application/graphql':
      return operationIn(text, variablesOf(call.query.get('variables') ?? undefined), undefined);
    case 'application/json': {
      const body = jsonObject(text);
      const query = body?.['query'];
      if (body === undefined || typeof query !== 'string') return 'The request has no query.';
      return operationIn(query, variablesOf(body['variables']), body['operationName'] ?? undefined);
    }
    default:
      return 'The content type is neither application/graphql nor application/json.';
  }
}

function operationIn(
  source: string,
  variables: Readonly<Record<string, unknown>> | undefined,
  wanted: unknown,
): AskedOperation | string {
  if (variables === undefined) return 'The variables are not a JSON object.';
  try {
    const operations = parseDocument(source);
    const named = operations.filter(({ name }) => wanted === undefined || name === wanted);
    const [operation] = named;
    if (operation === undefined || named.length > 1) return 'It is not clear which operation is meant.';
    return { operation, variables };
  } catch (error) {
    if (error instanceof UnreadableQueryError) return error.message;
    throw error;
  }
}

/** An object, or an object written as text. */
function variablesOf(given: unknown): Readonly<Record<string, unknown>> | undefined {
  if (given === undefined || given === null) return {};
  if (typeof given === 'string') return jsonObject(given);
  return isRecord(given) ? given : undefined;
}
