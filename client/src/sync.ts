import type { CatchUp } from './catch-up.ts';
import { isOfLog } from './catch-up.ts';
import type { Command, Event, Place } from './contract.ts';
import type { LogEvent } from './log.ts';
import { withNeeds } from './reducer.ts';
import { persistently } from './retry.ts';
import type { Reading, Snapshots } from './snapshots.ts';

/** Conversations whose cursors one `resume` carries; unknown conversations that are fetched one by one. */
const [MOST_CURSORS, FEW] = [200, 20];

type Told<T extends Event['type']> = Extract<Event, { readonly type: T }>;

/** What a connection is asked for by what is told on it. */
export interface Asks {
  /** Say `resume` again: this socket hears nothing until then. */
  readonly resume: () => void;
  /** Open another socket. */
  readonly renew: () => void;
}

/** Brings what sockets tell into the order in which it is applied, and knows what to ask for after a time away. */
export class Sync {
  readonly #to: Reading;
  readonly #snapshots: Snapshots;
  readonly #catchUp: CatchUp;
  readonly #asks: Asks;
  #cursor: string | undefined;
  #reconciling = false;

  constructor(to: Reading, snapshots: Snapshots, catchUp: CatchUp, asks: Asks) {
    this.#to = to;
    this.#snapshots = snapshots;
    this.#catchUp = catchUp;
    this.#asks = asks;
  }

  /** The user's cursor: what happened before it is known, or known to be missing. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  restore(cursor: string | undefined): void {
    this.#cursor = cursor;
    for (const id of this.#to.logs.ids) this.#catchUp.look(id);
  }

  /** Where this client is: the cursors of the open conversations and the user's. */
  resumeCommand(): Extract<Command, { readonly action: 'resume' }> {
    const { logs, store } = this.#to;
    const cursors = Object.keys(store.state.rooms).flatMap((id) => {
      const log = logs.get(id);
      return log && !log.isHeld ? [[id, log.cursor] as const] : [];
    });
    return {
      action: 'resume',
      ...(this.#cursor ? { since: this.#cursor } : {}),
      conversations: Object.fromEntries(cursors.slice(0, MOST_CURSORS)),
    };
  }

  receive(event: Event): void {
    const { logs, store } = this.#to;
    switch (event.type) {
      case 'sync:at':
      case 'sync:more':
        this.#reached(event);
        break;
      case 'sync:pointer':
        logs.at(event.conversationId).owe(event.seq);
        this.#catchUp.look(event.conversationId, { atOnce: true });
        break;
      case 'sync:reset':
        if (store.state.rooms[event.conversationId] && !logs.get(event.conversationId)?.isHeld)
          void this.#snapshots.room(event.conversationId, event.seq).catch(() => undefined);
        break;
      case 'sync:left':
        for (const id of event.conversationIds) this.#gone(id);
        break;
      case 'sync:changed':
        this.#changed(event.conversations, this.#cursor === undefined);
        break;
      case 'sync:resumed':
      case 'sync:pong':
        this.#at(event);
        break;
      case 'sync:error':
        if (event.code === 'request.cursor_invalid') this.#start();
        break;
      case 'sync:required':
        this.#asks.resume();
        break;
      case 'sync:reconnect':
        this.#asks.renew();
        break;
      case 'sync:done':
        break;
      default:
        this.#happened(event);
    }
  }

  /**
   * A message of one's own was stored. Behind a reply in a thread follows an event of the thread with the same number: it
   * is heard, or fetched, with the reply.
   */
  stored(event: Told<'message:created'>): void {
    const { conversationId, seq, message } = event;
    if (message.thread === null) this.receive(event);
    else {
      this.#to.logs.at(conversationId).note(seq);
      this.#catchUp.look(conversationId);
    }
  }

  #reached(event: Told<'sync:at' | 'sync:more'>): void {
    const { ledger, logs } = this.#to;
    const { type, conversationId, seq } = event;
    const log = logs.get(conversationId);
    if (!log || log.isHeld) return;
    ledger.apply(log.reached(seq));
    ledger.apply([event]);
    // There is at least one more.
    if (type === 'sync:more') log.note(seq + 1);
    this.#catchUp.look(conversationId, { atOnce: type === 'sync:more' });
  }

  #happened(event: Exclude<Event, { readonly type: `sync:${string}` }>): void {
    const { ledger, logs } = this.#to;
    const conversationId = 'conversationId' in event ? event.conversationId : undefined;
    if (conversationId === undefined || event.type === 'conversation:purged') ledger.apply([event]);
    else if (logs.isPurged(conversationId)) return;
    else if (isOfLog(event)) this.#logged(event);
    else {
      ledger.apply([event]);
      // What follows a reply tells that there is the reply.
      if (event.type.startsWith('thread:') && 'seq' in event && event.seq !== undefined)
        logs.get(conversationId)?.note(event.seq);
      this.#catchUp.look(conversationId);
    }
  }

  #logged(event: LogEvent): void {
    const { ledger, logs, store } = this.#to;
    const { conversationId, seq } = event;
    const leaves = this.#leaves(event);
    const log = leaves ? logs.get(conversationId) : logs.at(conversationId);
    if (!log) return;
    if (log.isLate(seq)) store.update((state) => withNeeds(state, [{ of: 'line', conversationId }]));
    ledger.apply(log.accept(event));
    // It is the last that is heard: nothing will close a gap before it.
    if (leaves && log.cursor < seq) ledger.apply(log.reached(seq));
    this.#catchUp.look(conversationId);
  }

  #leaves(event: Event): boolean {
    const { me } = this.#to.store.state;
    return event.type === 'participant:removed' && me !== null && event.userIds.includes(me);
  }

  /** To be called with every event that was applied. */
  applied(event: Event): void {
    if (event.type === 'conversation:purged') this.#gone(event.conversationId, true);
    else if (event.type === 'participant:removed' && this.#leaves(event)) this.#gone(event.conversationId);
  }

  #gone(conversationId: string, purged = false): void {
    const { ledger, logs, onGone } = this.#to;
    logs.forget(conversationId, purged);
    ledger.apply([{ type: 'sync:left', conversationIds: [conversationId] }]);
    ledger.forget(conversationId);
    onGone(conversationId);
  }

  /** Conversations that moved. `first`: the list has not been loaded, and has what is not known here. */
  #changed(places: readonly Place[], first: boolean): void {
    const { logs, store } = this.#to;
    const unknown = places.filter(({ conversationId }) => !store.state.conversations[conversationId]);
    const many = unknown.length > FEW;
    for (const { conversationId, seq } of places) {
      const known = store.state.conversations[conversationId] !== undefined;
      if (!known && (first || many || logs.isPurged(conversationId))) continue;
      logs.at(conversationId).note(seq);
      this.#catchUp.look(conversationId);
    }
    if (many && !first) this.#list();
  }

  #list(): void {
    const { timers } = this.#to;
    void persistently(timers, () => this.#snapshots.list()).catch(() => undefined);
  }

  #at({ cursor, memberships }: Told<'sync:resumed' | 'sync:pong'>): void {
    if (memberships === 'changed' && this.#cursor !== undefined) void this.#reconcile(this.#cursor);
    else if (cursor !== null && !this.#reconciling) this.#cursor = cursor;
  }

  /** Conversations were joined or left: asks which, from the cursor of before, and is there only then. */
  async #reconcile(since: string): Promise<void> {
    if (this.#reconciling) return;
    this.#reconciling = true;
    const { call, timers, store } = this.#to;
    try {
      const { changed, conversationIds, cursor } = await persistently(timers, () => call('getSync', { since }));
      const still = conversationIds && new Set(conversationIds);
      for (const id of Object.keys(store.state.conversations)) if (still && !still.has(id)) this.#gone(id);
      this.#changed(changed, false);
      this.#cursor = cursor;
    } catch {
      // The next `resume` says it again.
    } finally {
      this.#reconciling = false;
    }
  }

  /** The cursor is of no use: what is known is looked at anew. */
  #start(): void {
    const { store } = this.#to;
    if (this.#cursor === undefined) return;
    this.#cursor = undefined;
    for (const id of Object.keys(store.state.conversations))
      if (!store.state.rooms[id]) void this.#snapshots.line(id).catch(() => undefined);
    this.#list();
    this.#asks.resume();
  }
}
