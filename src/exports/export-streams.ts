import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type Response } from 'express';
import { type Logger } from 'pino';
import { AuditLog } from '../audit/audit-log.js';
import { type LongRead } from '../audit/long-read.js';
import { CallerWatch } from '../auth/caller-watch.js';
import { type Caller } from '../auth/caller.js';
import { LOGGER } from '../common/observability/logger.js';
import { Turns } from '../feed/turns.js';
import { exportFileName } from './export-file-name.js';
import { type ExportFormat } from './export-format.js';
import { exportText } from './export-text.js';
import { TooManyExports } from './export.errors.js';
import { type OpenExport } from './space-export.js';

/** Each holds some pages in memory for as long as its reader takes. */
const openAtOnce = 16;
const openPerTenant = 4;
/** However many are sent, they leave the database to others. */
const readAtOnce = 2;
/** A reader that takes nothing for so long is gone, or might as well be. */
const stalledMs = 300_000;

/** The exports that this process is sending. */
@Injectable()
export class ExportStreams {
  readonly #open = new Map<AbortController, string>();
  readonly #turns = new Turns(readAtOnce);

  constructor(
    private readonly callers: CallerWatch,
    private readonly auditLog: AuditLog,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Sends an export as fast as its reader takes it, and keeps the audit log of it. One that cannot be sent to its end (the
   * reader leaves or stalls, the caller is no longer let in, the process stops, the database fails) is cut and has no
   * trailer. Throws `TooManyExports`.
   */
  async send(
    opened: OpenExport,
    format: ExportFormat,
    caller: Caller,
    read: LongRead,
    response: Response,
  ): Promise<void> {
    const cut = this.#takePlace(caller);
    const unwatch = this.callers.watch(caller, () => cut.abort());
    let items = 0;
    try {
      await this.auditLog.record({ ...read, outcome: 'begun' });
      describeExport(response, opened, format).setTimeout(stalledMs, () => cut.abort());
      const text = exportText(opened, format, (records) => (items += records), this.#turns);
      // One page waits while another is being taken.
      await pipeline(Readable.from(text, { highWaterMark: 1 }), response, { signal: cut.signal });
    } catch (error) {
      if (!response.headersSent) throw error;
      this.logger.info({ err: error, requestId: read.requestId, items }, 'an export was cut');
    } finally {
      unwatch();
      this.#open.delete(cut);
      await this.#recordEnd({ ...read, items });
    }
  }

  /** Cuts every export, so that their readers go on elsewhere. */
  stop(): void {
    for (const cut of this.#open.keys()) cut.abort();
  }

  #takePlace({ tenantId }: Caller): AbortController {
    const ofTenant = [...this.#open.values()].filter((one) => one === tenantId).length;
    if (this.#open.size >= openAtOnce || ofTenant >= openPerTenant) throw new TooManyExports();
    const cut = new AbortController();
    this.#open.set(cut, tenantId);
    return cut;
  }

  async #recordEnd(read: LongRead & { readonly items: number }): Promise<void> {
    try {
      await this.auditLog.record({ ...read, outcome: 'done' });
    } catch (error) {
      this.logger.error({ err: error, requestId: read.requestId }, 'the end of an export could not be recorded');
    }
  }
}

/** Sets the headers of an answer that is an export. */
export function describeExport(response: Response, { space }: OpenExport, format: ExportFormat): Response {
  // RFC 6266; Express writes the title in the way of RFC 8187.
  response.attachment(exportFileName(space, new Date(), format.extension));
  return response.vary('accept').set('content-type', format.contentType);
}
