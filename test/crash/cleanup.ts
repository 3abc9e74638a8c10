/** Undoes what a run has made, the last first, however the run ends. */
export class Cleanup {
  readonly #undo: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  /** Remembers how to undo something. Once the end has begun nothing new may be made, so this throws then. */
  add(undo: () => Promise<void>): void {
    if (this.#running !== undefined) throw new Error('the run is ending');
    this.#undo.push(undo);
  }

  /** Undoes everything, once; one failure does not keep the rest from being undone. */
  run(): Promise<void> {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<void> {
    for (const undo of this.#undo.reverse()) {
      try {
        await undo();
      } catch (error) {
        console.error('something could not be cleaned up:', error);
      }
    }
  }
}
