import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { type Request } from 'express';
import { type Logger } from 'pino';
import { StorageUnavailable } from '../common/errors/liaison-error.js';
import { LOGGER } from '../common/observability/logger.js';
import { Metrics } from '../common/observability/metrics.js';
import { isUuid } from '../common/ids/uuid-v7.js';
import { MicrosoftKeySets } from '../common/security/microsoft-key-sets.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { markVerified, type RawDelivery, type VerifiedDelivery } from '../deliveries/delivery.js';
import { SignatureRejected, VerificationUnavailable } from '../platforms/platform.errors.js';
import { PLATFORMS, type Platform, type VerificationContext } from '../platforms/platform.js';

/** A call that passed: what the controller works with. */
export interface VerifiedCall {
  readonly platform: Platform;
  readonly connection: OpenConnection;
  readonly context: VerificationContext;
  readonly delivery: VerifiedDelivery;
}

const verifiedCalls = new WeakMap<object, VerifiedCall>();
const empty = Buffer.alloc(0);

/** The call that the guard let through. Throws where no guard has run: fails closed. */
export function verifiedCallOf(request: Request): VerifiedCall {
  const call = verifiedCalls.get(request);
  if (call === undefined) throw new SignatureRejected('missing');
  return call;
}

/**
 * The one gate for webhooks: finds the connection in memory, lets its platform verify the raw bytes, and answers the
 * same 401 to everything that fails, so that an unknown connection cannot be told from a bad signature. It parses
 * nothing and asks the database nothing. Where a platform's keys cannot be had now it answers 503, so that the call comes
 * again.
 */
@Injectable()
export class WebhookSignatureGuard implements CanActivate {
  readonly #platforms: ReadonlyMap<string, Platform>;

  constructor(
    @Inject(PLATFORMS) platforms: readonly Platform[],
    private readonly directory: ConnectionDirectory,
    private readonly microsoftKeySets: MicrosoftKeySets,
    private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#platforms = new Map(platforms.map((platform) => [platform.id, platform]));
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const { platform: platformId, connectionId } = request.params;
    const platform = typeof platformId === 'string' ? this.#platforms.get(platformId) : undefined;
    try {
      const call = await this.#verify(request, platform, typeof connectionId === 'string' ? connectionId : '');
      verifiedCalls.set(request, call);
      return true;
    } catch (error) {
      if (error instanceof SignatureRejected) {
        this.metrics.deliveries.inc({ outcome: 'refused' });
        this.metrics.refusals.inc({ platform: platform?.id ?? 'unknown', reason: error.reason });
        this.logger.debug({ platform: platform?.id, reason: error.reason }, 'a webhook call was refused');
      } else if (error instanceof VerificationUnavailable) this.metrics.deliveries.inc({ outcome: 'unavailable' });
      throw error;
    }
  }

  async #verify(request: Request, platform: Platform | undefined, connectionId: string): Promise<VerifiedCall> {
    if (!this.directory.loaded) {
      throw new StorageUnavailable({ detail: 'Liaison is starting.', retryAfterSeconds: 5 });
    }
    if (platform === undefined || !isUuid(connectionId)) throw new SignatureRejected('unknown-connection');
    const connection =
      this.directory.find(platform.id, connectionId) ?? (await this.directory.findFresh(platform.id, connectionId));
    if (connection === undefined) throw new SignatureRejected('unknown-connection');
    const body: unknown = request.body;
    const raw: RawDelivery = {
      // The raw reader leaves no Buffer where there was no body.
      body: Buffer.isBuffer(body) ? body : empty,
      headers: request.headers,
      query: queryOf(request.url),
      receivedAt: new Date(),
    };
    const { microsoftKeySets } = this;
    const verification = { ...connection.verificationContext(raw.receivedAt), microsoftKeySets };
    const scheme = await platform.verify(raw, verification);
    return { platform, connection, context: verification, delivery: markVerified(raw, scheme) };
  }
}

function queryOf(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
}
