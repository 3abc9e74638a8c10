/** What the CRM of the demo and the service sign with, in the form of Standard Webhooks. */
export const crmSecret = `whsec_${Buffer.from('the secret of the demo CRM').toString('base64')}`;
