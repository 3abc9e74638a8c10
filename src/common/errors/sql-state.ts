/** The SQLSTATE of a database error, wherever the driver or TypeORM put it; undefined for anything else. */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(error.code)) return error.code;
  if ('driverError' in error) return sqlStateOf(error.driverError);
  return undefined;
}

/**
 * Whether the data itself was refused (classes 22 data exception, 23 integrity, and 54 program limit): trying the same
 * again can only fail again. Everything else (connection, lock, timeout, resources) may pass.
 */
export function isDataError(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && /^(22|23|54)/.test(state);
}

/** Whether the failure is the database's moment rather than the work's fault: the same work may succeed later. */
export function isTransient(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== undefined) return /^(08|25P0[34]|40|53|55|57|58)/.test(state);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)/.test(code) ||
    /timeout|terminated|connection|not queryable|released|pool|Driver not Connected/i.test(error.message)
  );
}
