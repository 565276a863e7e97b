import type { MyConversation } from './contract.ts';
import { asParleyError } from './errors.ts';
import type { Call } from './http.ts';
import type { Ledger } from './ledger.ts';
import type { Logs } from './logs.ts';
import { lineAfter } from './reduce/line.ts';
import { messagesAfter, participantsAfter } from './reduce/room.ts';
import { withNeeds, without } from './reducer.ts';
import { persistently } from './retry.ts';
import { put, type Room, type State } from './state.ts';
import type { Store } from './store.ts';
import type { Timers } from './timers.ts';

/** Messages of one page, participants that are loaded with a conversation. */
const [PAGE, MOST_PARTICIPANTS] = [50, 100];

const isGone = (error: unknown): boolean => {
  const { status } = asParleyError(error);
  return status === 404 || status === 403;
};

export interface Reading {
  readonly call: Call;
  readonly timers: Timers;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly logs: Logs;
  /** A conversation's line is here, or here anew. */
  readonly onLine: (conversationId: string) => void;
  /** It was left, or is gone. */
  readonly onGone: (conversationId: string) => void;
}

/**
 * Reads how things are. A snapshot is taken at a cursor that was read before it: what is told after that cursor is applied
 * to it, again where the snapshot has it already.
 */
export class Snapshots {
  readonly #to: Reading;

  constructor(to: Reading) {
    this.#to = to;
  }

  /**
   * The first page of the list, or the one at a cursor. Answers which conversations are on it, and the activity of the last,
   * null where there is no further page. Raises `ParleyError`.
   */
  async list(cursor?: string): Promise<{ readonly ids: ReadonlySet<string>; readonly until: string | null }> {
    const { call, store, ledger } = this.#to;
    const input = { limit: PAGE, ...(cursor ? { cursor } : {}) };
    const { value, since } = await ledger.during(undefined, () => call('listConversations', input));
    store.batch(() => {
      for (const line of value.items)
        this.#put(
          line,
          since.filter((event) => 'conversationId' in event && event.conversationId === line.id),
        );
      store.update((state) => ({ ...state, listed: value.nextCursor }));
    });
    const until = value.nextCursor === null ? null : (value.items.at(-1)?.lastActivityAt ?? null);
    return { ids: new Set(value.items.map(({ id }) => id)), until };
  }

  /** The line of one conversation. Forgets the conversation where it is gone. */
  async line(conversationId: string): Promise<void> {
    const { call, timers, store, ledger } = this.#to;
    await this.#unlessGone(conversationId, async () => {
      for (let attempt = 0; attempt < 5; attempt++) {
        const known = store.state.conversations[conversationId]?.seq ?? 0;
        const { value, since } = await ledger.during(conversationId, () =>
          persistently(timers, () => call('getConversation', { conversationId })),
        );
        if (value.seq >= known) return this.#put(value, since);
        await timers.sleep(timers.jittered(1_000));
      }
    });
  }

  /**
   * Opens a conversation: its newest messages and what goes with them, and from there on everything that happens. `atLeast`:
   * what lies before it is no longer told.
   */
  async room(conversationId: string, atLeast = 0): Promise<void> {
    const { call, timers, store, ledger, logs } = this.#to;
    const log = logs.at(conversationId);
    log.hold();
    let cursor: number | undefined;
    const reading = this.#unlessGone(conversationId, async () => {
      const newest = await persistently(timers, () => call('listMessages', { conversationId, limit: 1 }));
      const at = Math.max(atLeast, newest.items[0]?.seq ?? 0);
      const { value, since } = await ledger.during(conversationId, () =>
        persistently(timers, () =>
          Promise.all([
            call('getConversation', { conversationId }),
            call('getSettings', { conversationId }),
            call('listMessages', { conversationId, limit: PAGE }),
            call('listParticipants', { conversationId, limit: MOST_PARTICIPANTS }),
            call('listPins', { conversationId }),
          ]),
        ),
      );
      const [line, { description, metadata, conversationSettings, version }, page, participants, pins] = value;
      const before = store.state.rooms[conversationId];
      const room: Room = {
        details: { description, metadata, conversationSettings, version },
        messages: page.items.toReversed(),
        older: page.nextCursor,
        participants: since.reduce(participantsAfter, participants.items),
        pins,
        threads: before?.threads ?? {},
        typing: before?.typing ?? {},
        receipts: before?.receipts ?? null,
      };
      // The page may be read from a copy that is older than the reading before it: what it lacks is still to be told.
      const shown = page.items[0]?.seq ?? 0;
      cursor = shown < (newest.items[0]?.seq ?? 0) ? shown : at;
      store.batch(() => {
        store.update((state) => ({ ...state, rooms: put(state.rooms, conversationId, room) }));
        this.#put(line, since);
      });
    });
    try {
      await reading;
    } finally {
      if (logs.get(conversationId) === log) ledger.apply(log.release(cursor));
    }
    this.#to.onLine(conversationId);
  }

  /** The page of messages before those that are here. False where there are none. Raises `ParleyError`. */
  async older(conversationId: string): Promise<boolean> {
    const { call, store, ledger } = this.#to;
    const cursor = store.state.rooms[conversationId]?.older;
    if (!cursor) return false;
    const { value, recent } = await ledger.during(conversationId, () =>
      call('listMessages', { conversationId, limit: PAGE, cursor }),
    );
    store.update((state) => {
      const room = state.rooms[conversationId];
      // Somebody else loaded the same page.
      if (!room || room.older !== cursor) return state;
      const oldest = room.messages[0]?.seq ?? Number.POSITIVE_INFINITY;
      const page = value.items.filter(({ seq }) => seq < oldest).toReversed();
      const messages = [...recent.reduce(messagesAfter, page), ...room.messages];
      return { ...state, rooms: put(state.rooms, conversationId, { ...room, messages, older: value.nextCursor }) };
    });
    return true;
  }

  /** Puts a line that was fetched, after what was told meanwhile; one that is older than what is known is not. */
  #put(fetched: MyConversation, since: readonly Parameters<typeof lineAfter>[1][]): void {
    const { store, ledger, logs, onLine } = this.#to;
    const { id } = fetched;
    if (logs.isPurged(id)) return;
    store.update((state): State => {
      const known = state.conversations[id];
      if (known && known.seq > fetched.seq && since.length === 0) return state;
      let [line, unsure] = [fetched, false];
      for (const event of since) {
        const after = lineAfter(line, event, state.rooms[id], state.me ?? '');
        line = after.line;
        unsure ||= after.unsure;
      }
      if (known && known.seq > line.seq) return state;
      const next = { ...state, conversations: put(state.conversations, id, line) };
      return unsure ? withNeeds(next, [{ of: 'line', conversationId: id }]) : next;
    });
    const log = logs.at(id);
    log.note(fetched.seq);
    // An open conversation has all its events; of another one the line says it all.
    if (!log.isHeld && !store.state.rooms[id]) ledger.apply(log.skip(fetched.seq));
    onLine(id);
  }

  /** Raises what is not that the conversation is gone. */
  async #unlessGone(conversationId: string, read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#to.logs.forget(conversationId);
      this.#to.store.update((state) => without(state, conversationId));
      this.#to.onGone(conversationId);
    }
  }
}
