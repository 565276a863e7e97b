import type { Event } from './contract.ts';
import type { Feed } from './feed.ts';
import { reduce } from './reducer.ts';
import type { Store } from './store.ts';

/** Events of a log that are remembered for a page that was read a little late. */
const REMEMBERED = 64;

/** What was applied while something was fetched, and shortly before. */
export interface Meanwhile<T> {
  readonly value: T;
  /** Since the request was sent, in order. */
  readonly since: readonly Event[];
  /** These, and the last of the log before: a page may be read from a copy that is a moment old. */
  readonly recent: readonly Event[];
}

const conversationOf = (event: Event): string | undefined =>
  'conversationId' in event ? event.conversationId : undefined;

const isNumbered = (event: Event): event is Event & { readonly conversationId: string; readonly seq: number } =>
  'seq' in event &&
  event.seq !== undefined &&
  'conversationId' in event &&
  event.type !== 'receipts' &&
  !event.type.startsWith('sync:');

/** Applies events to the state, and remembers which, so that what is fetched meanwhile is brought up to date. */
export class Ledger {
  readonly #store: Store;
  readonly #feed: Feed;
  readonly #onApplied: (event: Event) => void;
  readonly #recent = new Map<string, Event[]>();
  readonly #told = new Map<string, number>();
  readonly #recorders = new Set<(event: Event) => void>();

  constructor(store: Store, feed: Feed, onApplied: (event: Event) => void) {
    this.#store = store;
    this.#feed = feed;
    this.#onApplied = onApplied;
  }

  apply(events: readonly Event[]): void {
    if (events.length === 0) return;
    this.#store.batch(() => {
      for (const event of events) {
        this.#store.update((state) => reduce(state, event));
        this.#remember(event);
        for (const record of this.#recorders) record(event);
        this.#onApplied(event);
        this.#tell(event);
      }
    });
  }

  /** Shows at once what this client is about to say. Nobody is told of it: the answer will be. */
  foresee(event: Event): void {
    this.#store.update((state) => reduce(state, event));
    for (const record of this.#recorders) record(event);
  }

  /** Runs a request; tells what of a conversation, or of all, was applied meanwhile. */
  async during<T>(conversationId: string | undefined, request: () => Promise<T>): Promise<Meanwhile<T>> {
    const since: Event[] = [];
    const before = [...(this.#recent.get(conversationId ?? '') ?? [])];
    const record = (event: Event): void => {
      if (conversationId === undefined || conversationOf(event) === conversationId) since.push(event);
    };
    this.#recorders.add(record);
    try {
      const value = await request();
      return { value, since, recent: [...before, ...since] };
    } finally {
      this.#recorders.delete(record);
    }
  }

  forget(conversationId: string): void {
    this.#recent.delete(conversationId);
  }

  /** What is applied a second time, on a snapshot that was taken later, is told once. */
  #tell(event: Event): void {
    if (event.type.startsWith('sync:')) return;
    if (isNumbered(event)) {
      const told = this.#told.get(event.conversationId) ?? 0;
      if (event.seq < told || (event.seq === told && !event.type.startsWith('thread:'))) return;
      this.#told.set(event.conversationId, event.seq);
    }
    this.#feed.tell(event);
  }

  #remember(event: Event): void {
    if (!isNumbered(event)) return;
    const recent = this.#recent.get(event.conversationId) ?? [];
    recent.push(event);
    if (recent.length > REMEMBERED) recent.shift();
    this.#recent.set(event.conversationId, recent);
  }
}
