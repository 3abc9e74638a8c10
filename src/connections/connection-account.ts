import { type PlatformAccount } from '../platforms/platform-account.js';
import { type OpenConnection } from './open-connection.js';

/** A connection as the code that calls its platform needs it, where no organisation's tokens are at hand. */
export function accountOf(connection: OpenConnection): PlatformAccount {
  return {
    settings: connection.settings,
    secret: (name) => connection.secret(name),
    organizationToken: () => Promise.resolve(undefined),
  };
}
