import { type VariantId } from './catalogue.js';
import { type LoadResult } from './load-generator.js';

/** What a stretch of load cost, per acknowledged request where that makes sense. */
export interface Cost {
  readonly serverUs: number;
  /** Undefined where Postgres runs elsewhere. */
  readonly postgresUs: number | undefined;
  /** Cores that neither the server, nor Postgres, nor we used. */
  readonly foreignCores: number | undefined;
  readonly rssBytes: number;
  /** Rows per group commit. */
  readonly batch: number | undefined;
}

/** The rates of E: everything sent and made queryable, and how it holds at nine tenths of that. */
export interface Sustained {
  /** Deliveries by the time from the first request until the last one was queryable. */
  readonly rate: number;
  readonly offeredRate: number;
  readonly answeredRate: number;
  readonly seconds: number;
  readonly p99: number;
  readonly backlogAtStart: number;
  readonly backlogAtEnd: number;
  readonly greatestBacklog: number;
}

/** One variant in one round. */
export interface Measurement {
  readonly variant: VariantId;
  readonly round: number;
  /** Answers per second within the window; for E the rate at which deliveries became queryable. */
  readonly rate: number;
  readonly load: LoadResult;
  readonly cost: Cost;
  readonly sustained: Sustained | undefined;
  /** 200s of the whole life of this server, warm-up included, and rows found for them. */
  readonly acknowledged: number;
  readonly stored: number | undefined;
  /** What is wrong: an answer that was not 200, or acknowledged and stored requests that are not the same. */
  readonly faults: readonly string[];
}
