import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { type Request } from 'express';
import { type Logger } from 'pino';
import { StorageUnavailable } from '../common/errors/liaison-error.js';
import { PUBLIC_URL, type PublicUrl } from '../common/http/public-url.js';
import { LOGGER } from '../common/observability/logger.js';
import { Metrics } from '../common/observability/metrics.js';
import { isUuid } from '../common/ids/uuid-v7.js';
import { MicrosoftKeySets } from '../common/security/microsoft-key-sets.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { markVerified, type RawDelivery, type VerifiedDelivery } from '../deliveries/delivery.js';
import { SignatureRejected, VerificationUnavailable } from '../platforms/platform.errors.js';
import { callbackName, PLATFORMS, type Platform, type VerificationContext } from '../platforms/platform.js';

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
  /** Whose connections are called back under which name. */
  readonly #callers: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(
    @Inject(PLATFORMS) platforms: readonly Platform[],
    private readonly directory: ConnectionDirectory,
    private readonly microsoftKeySets: MicrosoftKeySets,
    private readonly metrics: Metrics,
    @Inject(PUBLIC_URL) private readonly publicUrl: PublicUrl,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#platforms = new Map(platforms.map((platform) => [platform.id, platform]));
    this.#callers = callersIn(platforms);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const { platform: platformId, connectionId } = request.params;
    const name = typeof platformId === 'string' ? platformId : '';
    try {
      const call = await this.#verify(request, name, typeof connectionId === 'string' ? connectionId : '');
      verifiedCalls.set(request, call);
      return true;
    } catch (error) {
      if (error instanceof SignatureRejected) {
        this.metrics.deliveries.inc({ outcome: 'refused' });
        const known = this.#callers.has(name) ? name : 'unknown';
        this.metrics.refusals.inc({ platform: known, reason: error.reason });
        this.logger.debug({ platform: known, reason: error.reason }, 'a webhook call was refused');
      } else if (error instanceof VerificationUnavailable) this.metrics.deliveries.inc({ outcome: 'unavailable' });
      throw error;
    }
  }

  async #verify(request: Request, name: string, connectionId: string): Promise<VerifiedCall> {
    if (!this.directory.loaded) {
      throw new StorageUnavailable({ detail: 'Liaison is starting.', retryAfterSeconds: 5 });
    }
    const callers = this.#callers.get(name);
    if (callers === undefined || !isUuid(connectionId)) throw new SignatureRejected('unknown-connection');
    const connection =
      this.directory.find(callers, connectionId) ?? (await this.directory.findFresh(callers, connectionId));
    const platform = connection === undefined ? undefined : this.#platforms.get(connection.platform);
    if (connection === undefined || platform === undefined) throw new SignatureRejected('unknown-connection');
    const body: unknown = request.body;
    const raw: RawDelivery = {
      // The raw reader leaves no Buffer where there was no body.
      body: Buffer.isBuffer(body) ? body : empty,
      headers: request.headers,
      query: queryOf(request.url),
      receivedAt: new Date(),
    };
    const { microsoftKeySets } = this;
    const calledUrl = `${this.publicUrl()}${request.originalUrl}`;
    const verification = { ...connection.verificationContext(raw.receivedAt), microsoftKeySets, calledUrl };
    const scheme = await platform.verify(raw, verification);
    return { platform, connection, context: verification, delivery: markVerified(raw, scheme) };
  }
}

/** A platform calls under its own name, every CRM under one. */
function callersIn(platforms: readonly Platform[]): ReadonlyMap<string, ReadonlySet<string>> {
  const callers = new Map<string, Set<string>>();
  for (const platform of platforms) {
    const name = callbackName(platform);
    callers.set(name, (callers.get(name) ?? new Set()).add(platform.id));
  }
  return callers;
}

function queryOf(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
}
