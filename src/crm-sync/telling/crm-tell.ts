/** The kind of job that tells a space what became of a record of a CRM. */
export const crmTellKind = 'crm-tell';
