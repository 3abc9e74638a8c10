import 'reflect-metadata';
import { type CrmVariantId, type ReaderId, starterOf, type VariantId } from './catalogue.js';
import { ProfileRecorder } from './profile-recorder.js';
import { answerCalls } from './remote.js';
import { type RunningVariant, type VariantSettings } from './variants/variant.js';

export interface ServerSample {
  /** CPU time of the server's process so far. */
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly batches: { readonly count: number; readonly rows: number } | undefined;
}

/** The calls of the process of a server under test. */
export interface VariantApi {
  start(
    input: VariantSettings & { readonly id: VariantId | ReaderId | CrmVariantId },
  ): Promise<{ readonly port: number }>;
  sample(input: null): Promise<ServerSample>;
  startProfile(input: null): Promise<null>;
  /** Writes the profile to a file and answers its path. */
  stopProfile(input: { readonly path: string }): Promise<null>;
  stop(input: null): Promise<null>;
}

let running: RunningVariant | undefined;
const profile = new ProfileRecorder();

const api: VariantApi = {
  async start({ id, ...settings }) {
    const startVariant = await starterOf(id);
    running = await startVariant(settings);
    return { port: running.port };
  },
  async sample() {
    const { user, system } = process.cpuUsage();
    return { cpuUs: user + system, rssBytes: process.memoryUsage.rss(), batches: await running?.batches?.() };
  },
  async startProfile() {
    await profile.start();
    return null;
  },
  async stopProfile({ path }) {
    await profile.stop(path);
    return null;
  },
  async stop() {
    await running?.stop();
    return null;
  },
};

answerCalls(api);
