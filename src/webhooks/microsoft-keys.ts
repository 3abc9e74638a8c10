import { type FactoryProvider } from '@nestjs/common';
import { type Logger } from 'pino';
import { parseJsonBytes } from '../common/json/json.js';
import { LOGGER } from '../common/observability/logger.js';
import { OUTBOUND, type HttpCaller } from '../common/outbound/http-caller.js';
import { type FetchJson } from '../common/security/key-set.js';
import { MicrosoftKeySets } from '../common/security/microsoft-key-sets.js';

/** A call waits for its keys, and finding them takes two requests: metadata, then the list. */
const timeoutMs = 2_000;
/** The longest key list that a platform is known to publish has about 200 kB. */
const maxBytes = 1_048_576;
/** Hosts of the public cloud that metadata on another host may point to. */
const keyHosts: readonly string[] = ['login.microsoftonline.com', 'login.windows.net'];

/** One `MicrosoftKeySets` for the process. Authorities come from settings of tenants, so the guarded client calls them. */
export const microsoftKeys: FactoryProvider<MicrosoftKeySets> = {
  provide: MicrosoftKeySets,
  inject: [OUTBOUND, LOGGER],
  useFactory: (http: HttpCaller, logger: Logger) =>
    new MicrosoftKeySets({
      fetchJson: fetchJsonWith(http),
      keyHosts,
      onFailure: (error) => logger.warn({ err: error }, 'keys of the Microsoft identity platform could not be had'),
    }),
};

/** Gets public JSON documents. Throws for anything but a 200 with JSON. */
export function fetchJsonWith(http: HttpCaller): FetchJson {
  return async (url) => {
    const headers = { accept: 'application/json' };
    const answer = await http.request({ method: 'GET', url, headers, timeoutMs, maxBytes });
    if (answer.status !== 200) throw new TypeError(`the host answered with status ${answer.status}`);
    const parsed = parseJsonBytes(answer.body);
    if (!parsed.ok) throw new TypeError(`the document is ${parsed.fault}`);
    return parsed.value;
  };
}
