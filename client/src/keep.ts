import type { Logs } from './logs.ts';
import { EMPTY, type Outgoing, type State } from './state.ts';
import type { Storage } from './storage.ts';
import type { Store } from './store.ts';
import type { Timers } from './timers.ts';

/** Milliseconds for which changes are gathered before they are kept. */
const GATHER_MS = 250;

/** The rest of what a client is, besides its state. */
export interface Rest {
  readonly deviceId: string;
  readonly cursor: string | undefined;
  readonly clockOffset: number;
}

type Kept = Record<string, readonly [cursor: number, seen: number]>;

/** Which part of the state lies under which key: everything that is no line, no room and nothing on its way. */
const partsOf = (
  state: State,
): Pick<State, 'me' | 'listed' | 'bookmarks' | 'drafts' | 'invitations' | 'scheduled' | 'needs'> => {
  const { me, listed, bookmarks, drafts, invitations, scheduled, needs } = state;
  return { me, listed, bookmarks, drafts, invitations, scheduled, needs };
};

/** Keeps state and cursors together, a moment after they change: a client that starts again goes on from there. */
export class Keeper {
  readonly #storage: Storage;
  readonly #timers: Timers;
  readonly #store: Store;
  readonly #logs: Logs;
  readonly #rest: () => Rest;
  /** What storage has, by key: the objects themselves, so that what is the same is not written again. */
  #saved = new Map<string, unknown>();
  #scheduled = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(to: {
    readonly storage: Storage;
    readonly timers: Timers;
    readonly store: Store;
    readonly logs: Logs;
    readonly rest: () => Rest;
  }) {
    this.#storage = to.storage;
    this.#timers = to.timers;
    this.#store = to.store;
    this.#logs = to.logs;
    this.#rest = to.rest;
  }

  /** Puts what was kept into state and logs; answers the rest. From now on changes are kept. */
  async restore(): Promise<Partial<Rest>> {
    const kept = await this.#storage.load();
    const state: { -readonly [K in keyof State]: State[K] } = { ...EMPTY };
    const [conversations, rooms, outbox]: [Record<string, never>, Record<string, never>, Outgoing[]] = [{}, {}, []];
    for (const [key, value] of kept) {
      const [kind, id] = [key.slice(0, 2), key.slice(2)];
      if (kind === 'c/') conversations[id] = value as never;
      else if (kind === 'r/') rooms[id] = value as never;
      else if (kind === 'o/') outbox.push(value as Outgoing);
      else if (key === 'state') Object.assign(state, value);
    }
    outbox.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    this.#logs.restore((kept.get('logs') ?? {}) as Kept);
    this.#store.update((now) => ({
      ...state,
      connection: now.connection,
      me: now.me ?? state.me,
      conversations,
      rooms,
      outbox,
    }));
    this.#saved = this.#wanted();
    this.#store.subscribe(() => this.later());
    return (kept.get('rest') ?? {}) as Partial<Rest>;
  }

  /** Something that is kept has changed. */
  later(): void {
    if (this.#scheduled || this.#timers.closed) return;
    this.#scheduled = true;
    this.#timers.after(GATHER_MS, () => {
      this.#scheduled = false;
      void this.flush();
    });
  }

  /** Keeps what has changed, now. Never raises: what could not be kept is kept with the next change. */
  flush(): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      const wanted = this.#wanted();
      const changes = new Map<string, unknown>();
      for (const [key, value] of wanted) if (!same(key, value, this.#saved.get(key))) changes.set(key, value);
      for (const key of this.#saved.keys()) if (!wanted.has(key)) changes.set(key, undefined);
      if (changes.size === 0) return;
      try {
        await this.#storage.save(changes);
        this.#saved = wanted;
      } catch {
        this.later();
      }
    });
    return this.#saving;
  }

  #wanted(): Map<string, unknown> {
    const { state } = this.#store;
    const wanted = new Map<string, unknown>([
      ['rest', this.#rest()],
      ['state', partsOf(state)],
      ['logs', this.#logs.kept()],
    ]);
    for (const [id, line] of Object.entries(state.conversations)) wanted.set(`c/${id}`, line);
    for (const [id, room] of Object.entries(state.rooms)) wanted.set(`r/${id}`, room);
    for (const outgoing of state.outbox) if (outgoing.state !== 'sent') wanted.set(`o/${outgoing.clientId}`, outgoing);
    return wanted;
  }
}

/** Lines, rooms and what is on its way are the same when they are the same objects; what is made anew each time is compared. */
const same = (key: string, a: unknown, b: unknown): boolean =>
  a === b || (!key.includes('/') && JSON.stringify(a) === JSON.stringify(b));
