import type { Participant } from './contract.ts';
import { asParleyError } from './errors.ts';
import type { Fetching } from './fetching.ts';
import { participantsAfter } from './reduce/room.ts';
import { reduce } from './reducer.ts';
import { persistently } from './retry.ts';
import { draftKey, type Need, needKey, put, type Room, type State } from './state.ts';

/** Milliseconds to wait before something is fetched: more of the same may be told. */
const WAIT_MS = {
  ...{ line: 1_000, participants: 200, pins: 200 },
  ...{ hidden: 200, thread: 1_000, draft: 200 },
} as const satisfies Record<Need['of'], number>;

/** Messages of one page. */
const PAGE = 50;

const withRoom = (state: State, id: string, change: (room: Room) => Room): State => {
  const room = state.rooms[id];
  return room ? { ...state, rooms: put(state.rooms, id, change(room)) } : state;
};

/** Fetches what events told of without saying how it is. */
export class Needs {
  readonly #by: Fetching;
  readonly #underWay = new Set<string>();

  constructor(by: Fetching) {
    this.#by = by;
    this.#by.store.subscribe(() => this.#look());
  }

  #look(): void {
    for (const [key, need] of Object.entries(this.#by.store.state.needs)) {
      if (this.#underWay.has(key)) continue;
      this.#underWay.add(key);
      this.#by.timers.after(this.#by.timers.jittered(WAIT_MS[need.of]), () => void this.#meet(key, need));
    }
  }

  async #meet(key: string, need: Need): Promise<void> {
    // From here on an event that needs it again is a need of its own.
    this.#by.store.update((state) => ({ ...state, needs: put(state.needs, needKey(need), undefined) }));
    await this.meet(need);
    this.#underWay.delete(key);
    if (!this.#by.timers.closed) this.#look();
  }

  /** Fetches something now. */
  async meet(need: Need): Promise<void> {
    try {
      await this.#fetch(need);
    } catch {
      // Refused: there is nothing (any more) to be shown.
    }
  }

  async #fetch(need: Need): Promise<void> {
    const { conversationId } = need;
    const persist = <T>(run: () => Promise<T>): Promise<T> => persistently(this.#by.timers, run);
    switch (need.of) {
      case 'line':
        return this.#by.snapshots.line(conversationId);
      case 'participants': {
        const { value, since } = await this.#by.ledger.during(conversationId, () =>
          persist(() => this.#by.call('listParticipants', { conversationId, limit: 100 })),
        );
        const participants: readonly Participant[] = since.reduce(participantsAfter, value.items);
        return this.#by.store.update((state) => withRoom(state, conversationId, (room) => ({ ...room, participants })));
      }
      case 'pins': {
        const pins = await persist(() => this.#by.call('listPins', { conversationId }));
        return this.#by.store.update((state) =>
          withRoom(state, conversationId, (room) => (room.pins.version > pins.version ? room : { ...room, pins })),
        );
      }
      case 'hidden':
        return this.#hidden(conversationId);
      case 'thread': {
        const { messageId } = need;
        const { value, since } = await this.#by.ledger.during(conversationId, () =>
          persist(() => this.#by.call('getThread', { messageId })),
        );
        const told = since.findLast(
          (event) => event.type === 'thread:updated' && event.mine && event.rootId === messageId,
        );
        const mine = (told?.type === 'thread:updated' && told.mine) || value.mine;
        return this.#by.store.update((state) =>
          withRoom(state, conversationId, (room) => ({ ...room, threads: put(room.threads, messageId, mine) })),
        );
      }
      case 'draft': {
        const { threadId } = need;
        const draft = await persist(() =>
          this.#by.call('getDraft', { conversationId, ...(threadId ? { threadId } : {}) }),
        );
        const key = draftKey(conversationId, threadId);
        return this.#by.store.update((state) =>
          (state.drafts[key]?.version ?? 0) > draft.version
            ? state
            : { ...state, drafts: put(state.drafts, key, draft) },
        );
      }
    }
  }

  /**
   * Reads what is shown once more, page by page: what is no longer there was hidden. The newest page may lack what was just
   * said, so what is newer than all of it is asked for by itself.
   */
  async #hidden(conversationId: string): Promise<void> {
    const shown = () => this.#by.store.state.rooms[conversationId]?.messages ?? [];
    const hide = (messageId: string): void =>
      this.#by.store.update((state) => reduce(state, { type: 'message:hidden', conversationId, messageId }));
    const before = shown();
    for (let cursor: string | undefined; ; ) {
      const input = { conversationId, limit: PAGE, ...(cursor ? { cursor } : {}) };
      const { items, nextCursor } = await persistently(this.#by.timers, () => this.#by.call('listMessages', input));
      const there = new Set(items.map(({ id }) => id));
      const [newest, oldest] = [items[0]?.seq ?? 0, nextCursor === null ? 0 : (items.at(-1)?.seq ?? 0)];
      this.#by.store.batch(() => {
        for (const { id, seq } of shown()) if (seq <= newest && seq >= oldest && !there.has(id)) hide(id);
      });
      if (!cursor)
        for (const { id: messageId } of before.filter(({ seq }) => seq > newest))
          await persistently(this.#by.timers, () => this.#by.call('getMessage', { messageId })).catch(
            (error: unknown) => {
              if (asParleyError(error).status === 404) hide(messageId);
            },
          );
      if (nextCursor === null || oldest <= (shown()[0]?.seq ?? 0)) return;
      cursor = nextCursor;
    }
  }
}
