import { randomUUID } from 'node:crypto';
import { webexId } from './webex-id.js';

/** A customer of the platform, or the developer's own organization. */
export class SimulatedOrg {
  readonly uuid = randomUUID();
  readonly id = webexId('ORGANIZATION', this.uuid);
  /** The meeting site, which `serviceApp` events list. */
  readonly siteName: string;

  constructor(readonly displayName: string) {
    this.siteName = `${displayName.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.webex.com`;
  }
}
