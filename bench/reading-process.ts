import { read, type ReadOrder, type ReadResult } from './reading/reader.js';
import { followFeed, readLines, type StreamResult } from './reading/streams.js';
import { answerCalls } from './remote.js';

/** The calls of the process that asks. */
export interface ReadingApi {
  read(order: ReadOrder): Promise<ReadResult>;
  follow(order: {
    readonly port: number;
    readonly credential: string;
    readonly seconds: number;
  }): Promise<StreamResult>;
  stream(order: {
    readonly port: number;
    readonly credential: string;
    readonly path: string;
    readonly seconds: number;
  }): Promise<StreamResult>;
}

const api: ReadingApi = {
  read,
  follow: ({ port, credential, seconds }) => followFeed(port, credential, seconds),
  stream: ({ port, path, credential, seconds }) => readLines(port, path, credential, seconds),
};

answerCalls(api);
