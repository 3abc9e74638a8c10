import { type Comparison, type Ledger } from './ledger.js';
import { query } from './postgres-server.js';

interface StoredRow {
  readonly hash: string;
  readonly copies: number;
  readonly receivedAtMs: number;
}

/** Holds what is stored against what was acknowledged, by the bytes themselves. Nothing may be under way. */
export async function check(databaseUrl: string, ledger: Ledger): Promise<Comparison> {
  const rows = await query<StoredRow>(
    databaseUrl,
    `select encode(sha256(body), 'hex') as hash, count(*)::int as copies,
            round(extract(epoch from min(received_at)) * 1000)::float8 as "receivedAtMs"
     from deliveries group by 1`,
  );
  return ledger.compare(new Map(rows.map((row) => [row.hash, row])));
}
