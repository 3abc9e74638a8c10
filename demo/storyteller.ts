import { setTimeout as delay } from 'node:timers/promises';
import { type SimulatorClock } from '../simulators/common/clock.js';
import { type Terminal } from './terminal.js';

/** How far before the present the story begins. */
export const storyLengthMs = 5 * 60_000;

/** A minute of the story takes a second and a half. */
const realMsPerSecond = 25;

/** Says who does what, and lets the platforms' time pass: minutes in seconds. */
export class Storyteller {
  constructor(
    private readonly clock: SimulatorClock,
    private readonly terminal: Terminal,
    private readonly interrupt: AbortSignal,
  ) {}

  get now(): number {
    return this.clock.now();
  }

  chapter(title: string): void {
    this.terminal.heading(title);
  }

  /** Tells what was just done, and lets so many seconds pass on the platforms, which deliver it. */
  async tell(who: { readonly displayName: string }, what: string, seconds = 6): Promise<void> {
    this.terminal.moment(new Date(this.now), who.displayName, what);
    await this.pass(seconds);
  }

  /** What became of it. */
  aside(text: string): void {
    this.terminal.detail(text);
  }

  async pass(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1_000);
    await delay(seconds * realMsPerSecond, undefined, { signal: this.interrupt });
  }
}
