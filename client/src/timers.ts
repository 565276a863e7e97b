import type { Host } from './host.ts';

/** The client was closed while something waited. */
export class Closed extends Error {
  constructor() {
    super('The client is closed.');
    this.name = 'Closed';
  }
}

/** Every wait of one client, so that closing it ends them all. */
export class Timers {
  readonly #host: Pick<Host, 'setTimeout' | 'clearTimeout' | 'random'>;
  readonly #waiting = new Set<{ readonly timer: unknown; readonly ended?: () => void }>();
  #closed = false;

  constructor(host: Pick<Host, 'setTimeout' | 'clearTimeout' | 'random'>) {
    this.#host = host;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Runs something in `ms`, unless the returned function is called before. Nothing after `end`. */
  after(ms: number, run: () => void, ended?: () => void): () => void {
    if (this.#closed) {
      ended?.();
      return () => undefined;
    }
    const entry = {
      timer: this.#host.setTimeout(() => {
        this.#waiting.delete(entry);
        run();
      }, ms),
      ...(ended ? { ended } : {}),
    };
    this.#waiting.add(entry);
    return () => {
      this.#waiting.delete(entry);
      this.#host.clearTimeout(entry.timer);
    };
  }

  /** Raises `Closed` when the client is closed meanwhile. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.after(ms, resolve, () => reject(new Closed()));
    });
  }

  /** A share of `ms`, from half to all of it: so that not all clients do the same at the same moment. */
  jittered(ms: number): number {
    return ms / 2 + (this.#host.random() * ms) / 2;
  }

  end(): void {
    this.#closed = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const { timer, ended } of waiting) {
      this.#host.clearTimeout(timer);
      ended?.();
    }
  }
}
