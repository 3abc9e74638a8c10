import { type HttpAnswer, isRecord } from '../common/http-exchange.js';
import { type ApiCall, ok, type Route } from './api-call.js';
import { RefusedActionError } from './refused-action-error.js';
import { type World } from './world.js';

/** `/attachment/actions`: submits a card and tells what was entered. */
export class AttachmentActionsEndpoint {
  readonly routes: readonly Route[] = [
    { method: 'POST', pattern: /^\/attachment\/actions$/, answer: (call) => this.#create(call) },
    { method: 'GET', pattern: /^\/attachment\/actions\/([^/]+)$/, answer: (call) => this.#get(call) },
  ];

  constructor(private readonly world: World) {}

  #create(call: ApiCall): HttpAnswer {
    call.requireScope('spark:messages_write');
    const fields = call.fields();
    if (fields.text('type') !== 'submit') throw new RefusedActionError(400, 'The type must be submit.');
    const placed = this.world.visibleMessage(fields.requiredText('messageId'), call.person);
    if (placed === undefined) throw new RefusedActionError(404, 'Could not find a message with provided ID.');
    const { inputs } = fields.body;
    if (!isRecord(inputs)) throw new RefusedActionError(400, 'inputs cannot be null');
    return ok(placed.message.submit(call.person, inputs).body());
  }

  #get(call: ApiCall): HttpAnswer {
    call.requireScope('spark:messages_read');
    const action = this.world.visibleAction(call.id, call.person);
    if (action === undefined)
      throw new RefusedActionError(404, 'Could not find an attachment action with provided ID.');
    return ok(action.body());
  }
}
