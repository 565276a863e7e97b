import type { Event } from './contract.ts';

/** An event of a conversation's log. */
export type LogEvent = Event & { readonly conversationId: string; readonly seq: number };

/** Numbers whose holders may still be writing. */
const FEW = 8;

/**
 * How far one conversation's log has come here: what is next is let through, what was is dropped, and what comes early
 * waits until the numbers before it are there, or are known to hold nothing.
 */
export class Log {
  #cursor: number;
  #seen: number;
  #held = false;
  /** The last numbers that a line knew of: what they hold may not have been in it yet. */
  readonly #unsure = new Set<number>();
  readonly #owed = new Set<number>();
  readonly #early = new Map<number, LogEvent>();

  constructor(cursor: number, seen = cursor) {
    this.#cursor = cursor;
    this.#seen = Math.max(cursor, seen);
  }

  /** The last number that was applied, or holds nothing. */
  get cursor(): number {
    return this.#cursor;
  }

  /** The greatest number that is known to be taken. */
  get seen(): number {
    return this.#seen;
  }

  /** Events that wait for others. */
  get waiting(): number {
    return this.#early.size;
  }

  /** Whether numbers are missing, and are to be fetched. */
  get behind(): boolean {
    return !this.#held && this.#seen > this.#cursor;
  }

  get isHeld(): boolean {
    return this.#held;
  }

  /** That there is such a number, though not what it holds. */
  note(seq: number): void {
    this.#seen = Math.max(this.#seen, seq);
  }

  /** Whether a line knew of this number, though maybe not of what it holds. Asked once. */
  isLate(seq: number): boolean {
    return this.#unsure.delete(seq);
  }

  /** An event; answers those that are to be applied now, in order. */
  accept(event: LogEvent): LogEvent[] {
    this.note(event.seq);
    if (event.seq <= this.#cursor) return [];
    this.#early.set(event.seq, event);
    this.#owed.delete(event.seq);
    return this.#held ? [] : this.#next();
  }

  /** All up to `seq` was said: numbers that are still missing hold nothing. Answers what is to be applied now, in order. */
  reached(told: number): LogEvent[] {
    this.note(told);
    const seq = Math.min(told, ...[...this.#owed].map((number) => number - 1));
    if (this.#held) return [];
    for (const number of this.#unsure) if (number <= seq) this.#unsure.delete(number);
    const due = [...this.#early.keys()].filter((number) => number <= seq).sort((a, b) => a - b);
    const events = due.map((number) => this.#take(number));
    this.#cursor = Math.max(this.#cursor, seq);
    return [...events, ...this.#next()];
  }

  /** From now on everything waits: a snapshot is being taken. */
  hold(): void {
    this.#held = true;
  }

  /** The snapshot holds everything up to `cursor`, or there is none and the log goes on where it was. */
  release(cursor = this.#cursor): LogEvent[] {
    this.#held = false;
    this.#cursor = cursor;
    for (const number of this.#early.keys()) if (number <= cursor) this.#early.delete(number);
    for (const number of this.#owed) if (number <= cursor) this.#owed.delete(number);
    return this.#next();
  }

  /** What this number holds was too large to be told, and is fetched: until then it is not reached. */
  owe(seq: number): void {
    this.note(seq);
    if (seq > this.#cursor) this.#owed.add(seq);
  }

  /** A line knows of everything up to `cursor`: events before it are of no use, but for whether they were in it. */
  skip(cursor: number): LogEvent[] {
    for (let seq = Math.max(this.#cursor, cursor - FEW) + 1; seq <= cursor; seq++) this.#unsure.add(seq);
    return this.release(Math.max(this.#cursor, cursor));
  }

  #take(number: number): LogEvent {
    const event = this.#early.get(number)!;
    this.#early.delete(number);
    return event;
  }

  #next(): LogEvent[] {
    const events: LogEvent[] = [];
    while (this.#early.has(this.#cursor + 1)) events.push(this.#take(++this.#cursor));
    return events;
  }
}
