interface Due {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Something that will happen, and can be called off. */
export interface Appointment {
  readonly cancel: () => void;
}

/** Real Node's, whatever the globals say meanwhile. */
const nextTurn = setImmediate;
const settled = (): Promise<void> => new Promise((resolve) => nextTurn(resolve));

const before = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Time that passes only from one thing that happens to the next (ms since 1970). What happens at one time does so in the order it was said. */
export class Clock {
  now: number;
  #order = 0;
  readonly #heap: Due[] = [];

  constructor(start: number) {
    this.now = start;
  }

  after(ms: number, run: () => void): Appointment {
    const due: Due = { at: this.now + Math.max(0, ms), order: this.#order++, run };
    const heap = this.#heap;
    let place = heap.push(due) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!before(due, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = due;
    return {
      cancel: () => {
        due.run = undefined;
      },
    };
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  #pop(): Due | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return first;
  }

  /** Lets everything happen, one thing after another with all that follows from it at once, while `goesOn` and until nothing is left. */
  async run(goesOn: () => boolean): Promise<void> {
    await settled();
    while (goesOn()) {
      const due = this.#pop();
      if (!due) return;
      if (!due.run) continue;
      this.now = Math.max(this.now, due.at);
      due.run();
      await settled();
    }
  }
}
