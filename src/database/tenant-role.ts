/**
 * The role that callers' reads run as. It owns nothing and may only select, so row-level security holds for it; the
 * service's own role owns the tables and is above that. Roles belong to the server, not to a database.
 */
export const tenantRole = 'liaison_tenant';

/** The setting that says whose rows the role sees. Where it is not set, the role sees none. */
export const tenantSetting = 'liaison.tenant';
