/** The tenant of personal Microsoft accounts. */
export const consumersTenant = '9188040d-6c67-4c5b-b112-36a304b66dad';

/** What stands in tenant-independent metadata where a tenant's id belongs. It is a template and equals no token's issuer. */
export const tenantTemplate = '{tenantid}';

export function issuerV1(tenant: string): string {
  return `https://sts.windows.net/${tenant}/`;
}

export function issuerV2(tenant: string): string {
  return `https://login.microsoftonline.com/${tenant}/v2.0`;
}
