import { type JsonObject } from '../../common/json/json.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { fingerprint } from '../../common/security/fingerprint.js';
import { NeedsAuthorization } from '../../platforms/platform.errors.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { type ConnectorCalls } from '../connector.js';
import { answerOf } from '../crm-call.js';
import { type CrmEntry, type FieldValue } from '../crm-record.js';
import { errorOf } from './generic.errors.js';
import { signingSecretsIn } from './generic.settings.js';
import { idHeader, signatureHeader, standardSignatures, timestampHeader } from '../standard-webhook.signature.js';

/**
 * Entries pushed to an endpoint as Standard Webhooks. It is told everything and asked nothing: a key is an entry there, and the
 * last state that was sent is the one that counts.
 */
export function genericCalls(account: PlatformAccount, http: HttpCaller): ConnectorCalls {
  return {
    /** An endpoint cannot be asked: whatever it is told of stands for itself, until it tells us more. */
    record: ({ kind, externalId }) =>
      Promise.resolve({ kind, externalId, name: externalId, version: '0', changedAt: new Date(0) }),

    async create(entry) {
      await push('entry.put', entry.key, putData(entry), account, http);
      return { externalId: entry.key, title: entry.title, text: entry.text, version: undefined };
    },

    /** An endpoint that speaks of records by these names tells us nothing new when it repeats them. */
    async set({ kind, externalId }, fields) {
      const record = { kind, externalId };
      const key = `record-${fingerprint(Buffer.from(JSON.stringify([kind, externalId])))}`;
      const values = Object.fromEntries([...fields].map(([name, value]) => [name, valueOf(value)]));
      await push('record.set', key, { key, record, fields: values }, account, http);
      const { name, stage, isClosed, isWon } = values;
      return {
        ...(typeof name === 'string' ? { name } : {}),
        ...(typeof stage === 'string' ? { stage } : {}),
        ...(typeof isClosed === 'boolean' ? { isClosed } : {}),
        ...(typeof isWon === 'boolean' ? { isWon } : {}),
      };
    },

    async remove({ key, form, record: { kind, externalId } }) {
      await push('entry.removed', key, { key, form, record: { kind, externalId } }, account, http);
    },
  };
}

function putData({ key, form, record, title, text, at, isDone }: CrmEntry): JsonObject {
  return {
    key,
    form,
    record: { kind: record.kind, externalId: record.externalId },
    title,
    text,
    at: at.toISOString(),
    ...(isDone === undefined ? {} : { isDone }),
  };
}

function valueOf(value: FieldValue): string | number | boolean | null {
  return value instanceof Date ? value.toISOString() : value;
}

/** Sends once. The id is a function of key and content, so that a call which is sent again is known as the same. */
async function push(
  type: 'entry.put' | 'entry.removed' | 'record.set',
  key: string,
  data: JsonObject,
  account: PlatformAccount,
  http: HttpCaller,
): Promise<void> {
  const secrets = signingSecretsIn(account.secret('signingSecrets'));
  if (secrets.length === 0) throw new NeedsAuthorization();
  const now = new Date();
  const id = `${key}-${fingerprint(Buffer.from(JSON.stringify([type, data])))}`;
  const body = JSON.stringify({ type, timestamp: now.toISOString(), data });
  const answer = await answerOf(
    http,
    {
      method: 'POST',
      url: String(account.settings['url']),
      headers: {
        'content-type': 'application/json',
        [idHeader]: id,
        [timestampHeader]: String(Math.floor(now.getTime() / 1_000)),
        [signatureHeader]: standardSignatures(secrets, id, now, body),
      },
      body,
    },
    'writes',
  );
  if (answer.status < 200 || answer.status > 299) throw errorOf(answer);
}
