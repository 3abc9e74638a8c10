/** The kind of job that asks a CRM for what changed, and its one key: a connection is asked by one process at a time. */
export const crmPollKind = 'crm-poll';
export const crmPollKey = 'changes';
