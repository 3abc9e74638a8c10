import { type PlatformId } from '../../../src/platforms/platform.js';
import { type ConnectorDriver } from './connector-driver.js';
import { espocrmDriver } from './espocrm.driver.js';
import { genericDriver } from './generic.driver.js';
import { salesforceDriver } from './salesforce.driver.js';
import { hubspotDriver } from './hubspot.driver.js';
import { trytonDriver } from './tryton.driver.js';

/** A connector that is not in here fails the contract suite. */
export const connectorDrivers: Readonly<Partial<Record<PlatformId, ConnectorDriver>>> = {
  espocrm: espocrmDriver,
  generic: genericDriver,
  salesforce: salesforceDriver,
  hubspot: hubspotDriver,
  tryton: trytonDriver,
};
