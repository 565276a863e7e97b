import type { Event } from './contract.ts';

interface Reader {
  readonly untaken: Event[];
  wake: () => void;
}

/** Events as they are applied, for loops: every reader gets every event from when it began, in order. */
export class Feed {
  readonly #readers = new Set<Reader>();
  readonly #onTaken: () => void;
  #ended = false;

  /** `onTaken` is called whenever a reader has taken an event. */
  constructor(onTaken: () => void) {
    this.#onTaken = onTaken;
  }

  /** Events that the slowest reader has not taken yet. */
  get backlog(): number {
    return Math.max(0, ...[...this.#readers].map(({ untaken }) => untaken.length));
  }

  tell(event: Event): void {
    for (const reader of this.#readers) {
      reader.untaken.push(event);
      reader.wake();
    }
  }

  end(): void {
    this.#ended = true;
    for (const { wake } of this.#readers) wake();
  }

  /** Reads from now on, until the client is closed or the loop is left. */
  read(): AsyncIterableIterator<Event, void, void> {
    const reader: Reader = { untaken: [], wake: () => undefined };
    this.#readers.add(reader);
    const next = async (): Promise<IteratorResult<Event, void>> => {
      while (reader.untaken.length === 0 && !this.#ended)
        await new Promise<void>((resolve) => {
          reader.wake = resolve;
        });
      const value = reader.untaken.shift();
      this.#onTaken();
      return value ? { done: false, value } : end();
    };
    const end = async (): Promise<IteratorResult<Event, void>> => {
      this.#readers.delete(reader);
      this.#onTaken();
      return { done: true, value: undefined };
    };
    return {
      next,
      return: end,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}
