import { type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingReceiver, type ReceivedRequest } from './recording-receiver.js';
import { type SimulatedApp, type SimulatedWebhook } from './registered-app.js';
import { WatsonWorkSimulator } from './watson-work-simulator.js';
import { webhookSignature } from './webhook-signature.js';
import { type VerificationFailure } from './webhook-verification.js';

const secret = 'testwsecret';

function signed(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'X-OUTBOUND-TOKEN': webhookSignature(secret, Buffer.from(body, 'utf8')) }).end(body);
}

function right(request: ReceivedRequest): string {
  return JSON.stringify({ response: request.body['challenge'] });
}

describe('enabling a webhook', () => {
  let watson: WatsonWorkSimulator;
  let receiver: RecordingReceiver;
  let app: SimulatedApp;
  let webhook: SimulatedWebhook;

  beforeEach(async () => {
    watson = await WatsonWorkSimulator.start({ responseTimeoutMs: 50 });
    receiver = await RecordingReceiver.start();
    app = watson.registerApp({ name: 'Liaison' });
    webhook = app.addWebhook({ url: receiver.url, events: ['message-created'], secret });
  });

  afterEach(async () => {
    await watson.stop();
    await receiver.stop();
  });

  it('starts out waiting and ends up enabled when the end point passes', async () => {
    expect(webhook.state).toBe('waiting');
    await webhook.enable();
    expect(webhook.state).toBe('enabled');
  });

  it('sends a signed one-time challenge without index and retry count', async () => {
    await webhook.enable();
    await webhook.enable();
    const [first, second] = receiver.challenges;
    expect(first?.headers).toMatchObject({
      'content-type': 'application/json;charset=UTF-8',
      'x-outbound-token': webhookSignature(secret, first?.raw ?? Buffer.alloc(0)),
    });
    expect(first?.headers).not.toHaveProperty('x-outbound-index');
    expect(first?.headers).not.toHaveProperty('x-outbound-retry-count');
    expect(first?.body).toEqual({
      type: 'verification',
      challenge: expect.stringMatching(/^[0-9a-z]{32}$/) as unknown,
    });
    expect(second?.body['challenge']).not.toBe(first?.body['challenge']);
  });

  const failures: readonly (readonly [VerificationFailure, string, RecordingReceiver['onChallenge']])[] = [
    ['OBW_VERIFICATION_RESPONSE_STATUSCODE', '201', (request, response) => signed(response, 201, right(request))],
    [
      'OBW_VERIFICATION_RESPONSE_STATUSCODE',
      'a redirect',
      (_request, response) => void response.writeHead(307, { Location: '/elsewhere' }).end(),
    ],
    ['OBW_VERIFICATION_RESPONSE_HAS_NO_BODY', 'no body', (_request, response) => signed(response, 200, '')],
    ['OBW_VERIFICATION_RESPONSE_WRONG_FORMAT', 'no JSON', (_request, response) => signed(response, 200, 'ok')],
    ['OBW_VERIFICATION_RESPONSE_NO_CHALLENGE', 'another body', (_request, response) => signed(response, 200, '{}')],
    [
      'OBW_VERIFICATION_RESPONSE_WRONG_CHALLENGE',
      'another challenge',
      (_request, response) => signed(response, 200, '{"response":"testchallenge"}'),
    ],
    [
      'OBW_VERIFICATION_RESPONSE_NO_HMAC',
      'no signature',
      (request, response) => void response.writeHead(200).end(right(request)),
    ],
    [
      'OBW_VERIFICATION_RESPONSE_WRONG_HMAC',
      'the signature of the request',
      (request, response) =>
        void response.writeHead(200, { 'X-OUTBOUND-TOKEN': request.headers['x-outbound-token'] }).end(right(request)),
    ],
    [
      'OBW_VERIFICATION_RESPONSE_WRONG_HMAC',
      'an upper-case signature',
      (request, response) => {
        const body = right(request);
        const token = webhookSignature(secret, Buffer.from(body, 'utf8')).toUpperCase();
        response.writeHead(200, { 'X-OUTBOUND-TOKEN': token }).end(body);
      },
    ],
    ['OBW_VERIFICATION_CONNNECTION_TIMEOUT', 'silence', () => undefined],
  ];

  it.each(failures)('fails with %s on %s', async (tag, _name, onChallenge) => {
    receiver.onChallenge = onChallenge;
    await expect(webhook.enable()).rejects.toMatchObject({ name: 'WebhookVerificationError', tag });
    expect(webhook.state).toBe('disabled');
  });

  it('fails with OBW_VERIFICATION_CONNNECTION_REFUSED when nobody listens', async () => {
    const { url } = receiver;
    await receiver.stop();
    const lonely = app.addWebhook({ url, events: [] });
    await expect(lonely.enable()).rejects.toMatchObject({ tag: 'OBW_VERIFICATION_CONNNECTION_REFUSED' });
    receiver = await RecordingReceiver.start();
  });

  it('checks the end point again when the webhook is updated', async () => {
    await webhook.enable();
    await webhook.update({ events: ['space-updated'] });
    expect(receiver.challenges).toHaveLength(2);
  });

  it.each([
    ['http://example.com/hook', 'OBW_WEBHOOK_URL_WITHOUT_HTTPS'],
    ['http://a.b', 'OBW_WEBHOOK_URL_LENGTH'],
    ['not a url at all', 'OBW_WEBHOOK_URL_INVALID'],
  ])('refuses to register %s', (url, tag) => {
    expect(() => app.addWebhook({ url, events: [] })).toThrow(tag);
  });
});
