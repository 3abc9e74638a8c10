import { LoadGenerator, type LoadOrder, type LoadResult } from './load-generator.js';
import { answerCalls } from './remote.js';
import { buildCorpus, type Corpus, type CorpusOrder } from './requests.js';

/** The calls of the process that makes the load. It is one process for the whole benchmark and all variants. */
export interface LoadApi {
  /** Builds the requests of a round; answers their mean body size. */
  prepare(order: CorpusOrder): Promise<{ readonly meanBodyBytes: number }>;
  run(order: LoadOrder): Promise<LoadResult>;
  /** CPU time of this process so far, in microseconds. */
  cpu(input: null): Promise<number>;
}

let corpus: Corpus | undefined;

const api: LoadApi = {
  prepare(order) {
    corpus = buildCorpus(order);
    return Promise.resolve({ meanBodyBytes: corpus.meanBodyBytes });
  },
  run(order) {
    if (corpus === undefined) return Promise.reject(new Error('nothing is prepared'));
    return new LoadGenerator(corpus, order).run();
  },
  cpu() {
    const { user, system } = process.cpuUsage();
    return Promise.resolve(user + system);
  },
};

answerCalls(api);
