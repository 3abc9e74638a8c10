import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';

/**
 * What `node --cpu-prof` records, in the same format, but only for the time that is measured: the start of the process
 * and the warm-up would hide what matters.
 */
export class ProfileRecorder {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.setSamplingInterval', { interval: 500 });
    await this.#session.post('Profiler.start');
  }

  async stop(path: string): Promise<void> {
    const { profile } = await this.#session.post('Profiler.stop');
    this.#session.disconnect();
    await writeFile(path, JSON.stringify(profile));
  }
}
