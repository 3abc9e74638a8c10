import { type PoolConfig } from 'pg';

/** How long anything may take. The ack path has less than the 3 s in which a platform gives up. */
export const deadlines = {
  connectMs: 2_000,
  statementMs: 15_000,
  lockMs: 5_000,
  idleInTransactionMs: 10_000,
  ackStatementMs: 2_000,
} as const;

/**
 * The server notices within half a minute that we are gone without a word (a cut network, a lost machine), even in the
 * middle of a statement, where no other time-out of it counts; it then rolls back and releases every lock.
 */
const serverKeepAlive = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4';

/**
 * Our statements end within milliseconds, over however many partitions; a plan of very many parts makes the server
 * compile it first, which takes longer than running it.
 */
const noCompilation = '-c jit=off';

export interface PoolPurpose {
  readonly name: string;
  readonly size: number;
  /** 0 means no deadline: for migrations and other long work that an operator asked for. */
  readonly statementMs: number;
}

/**
 * Pool options with every deadline set twice: on the server, which stops the work, and in the client, which stops
 * waiting when the server no longer answers at all.
 */
export function poolOptions(url: string, purpose: PoolPurpose): PoolConfig {
  return {
    connectionString: url,
    application_name: `liaison ${purpose.name}`,
    options: `${serverKeepAlive} ${noCompilation}`,
    max: purpose.size,
    connectionTimeoutMillis: deadlines.connectMs,
    statement_timeout: purpose.statementMs,
    query_timeout: purpose.statementMs === 0 ? 0 : purpose.statementMs + 500,
    lock_timeout: Math.min(deadlines.lockMs, purpose.statementMs),
    idle_in_transaction_session_timeout: purpose.statementMs === 0 ? 0 : deadlines.idleInTransactionMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  };
}
