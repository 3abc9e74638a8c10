import { startService } from '../../src/bootstrap/start-service.js';
import { readConfig } from '../../src/common/config/config.js';
import { createLogger } from '../../src/common/observability/logger.js';
import { ConnectionDirectory } from '../../src/connections/connection-directory.js';
import { type Platform } from '../../src/platforms/platform.js';
import { NeedsAuthorization } from '../../src/platforms/platform.errors.js';
import { platforms } from '../../src/registry.module.js';
import { ACTING_TOKENS, type ActingToken, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { oidcPlatform } from '../setup/oidc-platform.js';
import { type TokenAnswer, type TokenQuestion } from '../setup/token-process.js';

/*
 * The service in a process of its own, with the made-up platform of the tests. Its parent asks it for tokens by message; it
 * ends when its parent does.
 */
(platforms as Platform[]).push(oidcPlatform);
const config = readConfig();
const service = await startService(config, config.databaseUrl ?? '', createLogger(config.logLevel));
await service.ready;
const tokens = service.app.get<ActingTokens>(ACTING_TOKENS);
const directory = service.app.get(ConnectionDirectory);

function tokenFor({ grantId, connectionId }: TokenQuestion): Promise<ActingToken> {
  if (grantId !== undefined) return tokens.user(grantId);
  const connection = directory.get(connectionId ?? '');
  return connection === undefined ? Promise.reject(new NeedsAuthorization()) : tokens.app(connection);
}

async function answer(question: TokenQuestion): Promise<void> {
  const calls = Array.from({ length: question.callers }, () => tokenFor(question));
  const ends = await Promise.allSettled(calls);
  const given: TokenAnswer = {
    id: question.id,
    tokens: ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.accessToken] : [])),
    refusals: ends.flatMap((end) => (end.status === 'rejected' ? [nameOf(end.reason)] : [])),
  };
  process.send?.(given);
}

function nameOf(reason: unknown): string {
  return reason instanceof Error ? reason.name : String(reason);
}

process.on('message', (question) => {
  // Its parent is our own test, which sends nothing else.
  void answer(question as TokenQuestion);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
