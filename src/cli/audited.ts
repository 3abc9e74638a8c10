import { userInfo } from 'node:os';
import { type INestApplicationContext } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { endOf, idsIn } from '../audit/audited-request.js';
import { type Caller } from '../auth/caller.js';
import { uuidV7 } from '../common/ids/uuid-v7.js';

/** Whoever can run commands where the service runs may do everything, for any tenant. */
function operatorOf(tenantId: string): Caller {
  return { tenantId, subject: 'command line', scopes: ['admin'] };
}

export interface OperatorAct<T> {
  readonly act: string;
  readonly tenantId: string;
  readonly targets?: readonly string[];
  readonly run: (operator: Caller) => Promise<T>;
}

/** Does it and notes it in the tenant's audit log, as the API does with acts of callers: before it begins and after. */
export async function audited<T>(app: INestApplicationContext, { run, ...act }: OperatorAct<T>): Promise<T> {
  const log = app.get(AuditLog);
  const operator = operatorOf(act.tenantId);
  const about = {
    targets: [],
    ...act,
    subject: operator.subject,
    parameters: { user: userInfo().username },
    requestId: uuidV7(),
  };
  await log.record({ ...about, outcome: 'begun' });
  let result: T;
  try {
    result = await run(operator);
  } catch (error) {
    await log.record({ ...about, ...endOf(error) });
    throw error;
  }
  await log.record({ ...about, outcome: 'done', targets: [...about.targets, ...idsIn(result)] });
  return result;
}
