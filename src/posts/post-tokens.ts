import { InvalidInput } from '../common/errors/liaison-error.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { type Job } from '../outbox/job.js';
import { NeedsAuthorization } from '../platforms/platform.errors.js';
import { type Platform } from '../platforms/platform.js';
import { type ActingToken, type ActingTokens } from '../tokens/acting-tokens.js';
import { meansOf } from './post-queue.js';

const noToken: ActingToken = { accessToken: '', subjectExternalId: undefined, generation: '' };

/** The tokens that posts are placed with: a user's, an organisation's, or the app's own. */
export class PostTokens {
  constructor(private readonly tokens: ActingTokens) {}

  /** Throws `NeedsAuthorization` where there is none to be had, and `PlatformUnavailable` for what passes. */
  async tokenFor(
    job: Job,
    { connection, platform }: { readonly connection: OpenConnection; readonly platform: Platform },
  ): Promise<ActingToken> {
    const { grantId, organizationExternalId } = meansOf(job);
    try {
      if (grantId !== null) return await this.tokens.user(grantId);
      if (organizationExternalId !== null) return await this.tokens.organization(connection, organizationExternalId);
      // Taken before the connection became one whose organisations have tokens: whose, nobody has said.
      if (platform.organizations?.usesTheirTokens(connection.settings) === true) throw new NeedsAuthorization();
      return platform.posting?.hasOwnTokens === true ? noToken : await this.tokens.app(connection);
    } catch (error) {
      // The connection lacks what it takes to ask for one, such as a client secret.
      throw error instanceof InvalidInput ? new NeedsAuthorization() : error;
    }
  }

  /** The platform did not take it: the next one is another one, where there is another one. */
  async refused(job: Job, connection: OpenConnection, token: ActingToken): Promise<void> {
    const { grantId, organizationExternalId } = meansOf(job);
    if (grantId !== null) await this.tokens.userRefused(grantId, token);
    else if (organizationExternalId !== null) {
      await this.tokens.organizationRefused(connection, organizationExternalId, token);
    } else if (token !== noToken) await this.tokens.appRefused(connection, token);
  }
}
