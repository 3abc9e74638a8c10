import { type Platform } from '../platforms/platform.js';
import { type Connector } from './connector.js';

/** A CRM: called back like a platform, and called by us as the connector says. */
export interface CrmPlatform extends Platform {
  readonly connector: Connector;
}

export function isCrm(platform: Platform): platform is CrmPlatform {
  return platform.connector !== undefined;
}
