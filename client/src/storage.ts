/** Where a client keeps its state between two starts: values by key, that survive `structuredClone`. */
export interface Storage {
  /** Everything that was kept. */
  load(): Promise<ReadonlyMap<string, unknown>>;
  /** Puts values, and takes away those that are undefined: all of it or nothing. */
  save(changes: ReadonlyMap<string, unknown>): Promise<void>;
}

/** Keeps nothing beyond the page; two clients on one of these are two starts of one client. */
export class MemoryStorage implements Storage {
  readonly #values = new Map<string, unknown>();

  async load(): Promise<ReadonlyMap<string, unknown>> {
    return new Map([...this.#values].map(([key, value]) => [key, structuredClone(value)]));
  }

  async save(changes: ReadonlyMap<string, unknown>): Promise<void> {
    for (const [key, value] of changes)
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, structuredClone(value));
  }
}
