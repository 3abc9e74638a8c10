import { type PlatformId } from '../../src/platforms/platform.js';
import { skypeForBusiness } from './drivers/skype-for-business.js';
import { watsonWork } from './drivers/watson-work.js';
import { webex } from './drivers/webex.js';
import { type PlatformDriver } from './platform-driver.js';

/** A platform that is not in here fails the contract suite. */
export const drivers: Readonly<Partial<Record<PlatformId, PlatformDriver>>> = {
  'watson-work': watsonWork,
  webex,
  'skype-for-business': skypeForBusiness,
};

/** The driver of a platform; fails where there is none. */
export function driverOf(id: PlatformId): PlatformDriver {
  const driver = drivers[id];
  if (driver === undefined) throw new Error(`platform ${id} has no driver in test/contract/drivers.ts`);
  return driver;
}
