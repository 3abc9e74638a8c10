import { Inject, Injectable } from '@nestjs/common';
import { OUTBOUND, type HttpCaller } from '../common/outbound/http-caller.js';
import { accountOf } from '../connections/connection-account.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { NeedsAuthorization } from '../platforms/platform.errors.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { OAuthClient } from './oauth-client.js';
import { type HeldTokens } from './token-rows.js';

/** Takes users' tokens back at the servers that gave them. */
@Injectable()
export class ServerRevocation {
  constructor(
    private readonly directory: ConnectionDirectory,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
  ) {}

  /**
   * Does what can be done, also for a connection that was removed: nothing where its platform is not served, its server takes
   * nothing back, or the connection leads to another server by now. Throws `PlatformUnavailable` for what passes, and
   * `SecretBoxError` where the connection's secrets cannot be opened.
   */
  async revoke(connectionId: string, held: HeldTokens, signal: AbortSignal): Promise<void> {
    const connection = await this.directory.getEvenRemoved(connectionId);
    const grants = this.platforms.find((platform) => platform.id === connection?.platform)?.userGrants;
    if (connection === undefined || grants === undefined) return;
    if (held.audience !== undefined && held.audience !== connection.audience) return;
    const http: HttpCaller = { request: (call) => this.http.request({ ...call, signal }) };
    try {
      const server = await grants.server(accountOf(connection), http);
      if (server.revocationEndpoint === undefined) return;
      // The refresh token ends what hangs on it (RFC 7009 section 2.1).
      await new OAuthClient(server, http).revoke(held.refreshToken ?? held.accessToken);
    } catch (error) {
      // Nobody can do more.
      if (!(error instanceof NeedsAuthorization)) throw error;
    }
  }
}
