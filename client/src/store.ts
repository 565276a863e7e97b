import { EMPTY, type State } from './state.ts';

/** Holds the state, and tells who listens when it is another. */
export class Store {
  #state: State = EMPTY;
  #told: State = EMPTY;
  readonly #listeners = new Set<() => void>();
  #batches = 0;

  get state(): State {
    return this.#state;
  }

  update(change: (state: State) => State): void {
    this.#state = change(this.#state);
    this.#tell();
  }

  /** What changes meanwhile is told once, at the end. */
  batch(run: () => void): void {
    this.#batches += 1;
    try {
      run();
    } finally {
      this.#batches -= 1;
      this.#tell();
    }
  }

  /** Calls back after changes; answers how to stop that. */
  subscribe(listener: () => void): () => void {
    // A function of its own, so that the same one may be given twice.
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  #tell(): void {
    if (this.#batches > 0 || this.#told === this.#state) return;
    this.#told = this.#state;
    for (const listener of [...this.#listeners]) listener();
  }
}
