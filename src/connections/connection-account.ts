import { type PlatformAccount } from '../platforms/platform-account.js';
import { NeedsAuthorization } from '../platforms/platform.errors.js';
import { type OpenConnection } from './open-connection.js';

/** A connection as the code that describes its platform needs it; it hands out no tokens. */
export function accountOf(connection: OpenConnection): PlatformAccount {
  return {
    settings: connection.settings,
    secret: (name) => connection.secret(name),
    appToken: () => Promise.reject(new NeedsAuthorization()),
    organizationToken: () => Promise.resolve(undefined),
  };
}
