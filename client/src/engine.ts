import { Acknowledgements } from './acknowledge.ts';
import { CatchUp } from './catch-up.ts';
import { ServerClock } from './clock.ts';
import { Commands } from './commands.ts';
import { Connection } from './connection.ts';
import type { Event } from './contract.ts';
import { ParleyError } from './errors.ts';
import { Feed } from './feed.ts';
import { type Host, hostWith } from './host.ts';
import { type Call, Http } from './http.ts';
import { Intake } from './intake.ts';
import { Keeper } from './keep.ts';
import { Ledger } from './ledger.ts';
import { Logs } from './logs.ts';
import { Needs } from './needs.ts';
import type { ParleyOptions } from './options.ts';
import { Outbox } from './outbox.ts';
import { Presence } from './presence.ts';
import { withoutExpiredTyping } from './reducer.ts';
import { Refresh } from './refresh.ts';
import { persistently } from './retry.ts';
import { type Reading, Snapshots } from './snapshots.ts';
import type { State } from './state.ts';
import { MemoryStorage } from './storage.ts';
import { Store } from './store.ts';
import { Sync } from './sync.ts';
import { Closed, Timers } from './timers.ts';
import { Typing } from './typing.ts';
import { Uploads } from './upload.ts';

/** Milliseconds after a `resume` at which the client looks a second time: a push may have passed by a socket that just opened. */
const SECOND_LOOK_MS = 2_000;

/** The parts of a client, and how they hang together. */
export class Engine {
  readonly call: Call;
  readonly timers: Timers;
  readonly clock: ServerClock;
  readonly store = new Store();
  readonly feed: Feed;
  readonly ledger: Ledger;
  readonly snapshots: Snapshots;
  readonly connection: Connection;
  readonly outbox: Outbox;
  readonly commands: Commands;
  readonly acknowledgements: Acknowledgements;
  readonly typing: Typing;
  readonly presence: Presence;
  readonly uploads: Uploads;
  /** Conversations that are to be open: one that was left and joined again opens again. */
  readonly open = new Set<string>();
  readonly #host: Host;
  readonly #logs = new Logs();
  readonly #intake: Intake;
  readonly #catchUp: CatchUp;
  readonly #sync: Sync;
  readonly #keeper: Keeper;
  readonly #refresh: Refresh;
  readonly #needs: Needs;
  readonly #loading = new Map<string, Promise<void>>();
  #deviceId: string;
  #starting: Promise<void> | undefined;
  #stopListening: (() => void) | undefined;

  constructor({ url, getToken, userId, storage = new MemoryStorage(), host: given }: ParleyOptions) {
    const host = hostWith(given);
    const timers = new Timers(host);
    const clock = new ServerClock(host);
    const store = this.store;
    const logs = this.#logs;
    this.#host = host;
    this.timers = timers;
    this.clock = clock;
    this.#deviceId = clock.mintDevice();
    this.call = new Http(host, timers, { url, getToken }).call;
    this.feed = new Feed(() => this.#intake.look());
    this.ledger = new Ledger(store, this.feed, (event) => this.#applied(event));
    const reading: Reading = {
      ...{ call: this.call, timers, store, logs, ledger: this.ledger },
      onLine: (id) => this.#lineCame(id),
      onGone: (id) => this.acknowledgements.forget(id),
    };
    this.snapshots = new Snapshots(reading);
    this.#catchUp = new CatchUp(reading, this.snapshots, () => this.#intake.isPaused);
    this.#sync = new Sync(reading, this.snapshots, this.#catchUp, {
      resume: () => timers.after(timers.jittered(500), () => void this.connection.resume()),
      renew: () => this.connection.renew(),
    });
    this.#intake = new Intake(timers, {
      apply: (events) =>
        store.batch(() => {
          for (const event of events) this.#sync.receive(event);
        }),
      untaken: () => this.feed.backlog,
      pause: () => this.connection.socket?.tell({ action: 'pause' }),
      resume: () => void this.connection.resume(),
    });
    this.connection = new Connection(
      { host, timers, clock, call: this.call, deviceId: () => this.#deviceId },
      {
        resumeCommand: () => this.#sync.resumeCommand(),
        since: () => this.#sync.cursor,
        receive: (events) => this.#intake.push(events),
        onResumed: (away) => this.#resumed(away),
        onState: (connection) => store.update((state) => ({ ...state, connection })),
      },
    );
    const socket = () => this.connection.socket;
    this.outbox = new Outbox(timers, clock, store, {
      ...{ call: this.call, socket },
      onStored: (event) => store.batch(() => this.#sync.stored(event)),
    });
    this.commands = new Commands(timers, clock, this.call, socket);
    this.acknowledgements = new Acknowledgements(timers, store, (command) => this.commands.mark(command));
    this.typing = new Typing(host, timers, (conversationId, active) =>
      socket()?.tell({ action: 'typing', conversationId, active }),
    );
    this.presence = new Presence(timers, socket);
    this.uploads = new Uploads(host, timers, clock, this.call);
    const rest = () => ({ deviceId: this.#deviceId, cursor: this.#sync.cursor, clockOffset: clock.offset });
    this.#keeper = new Keeper({ storage, timers, store, logs, rest });
    const { call, ledger, snapshots } = this;
    this.#refresh = new Refresh({ call, timers, store, ledger, snapshots });
    this.#needs = new Needs({ call, timers, store, ledger, snapshots });
    if (userId !== undefined) store.update((state) => ({ ...state, me: userId }));
  }

  get state(): State {
    return this.store.state;
  }

  /** Goes on from where the storage is, once. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async end(): Promise<void> {
    this.#stopListening?.();
    this.timers.end();
    this.connection.close();
    this.feed.end();
    if (this.#starting) await this.#keeper.flush();
  }

  async #start(): Promise<void> {
    const { deviceId, cursor, clockOffset } = await this.#keeper.restore();
    this.#deviceId = deviceId ?? this.#deviceId;
    if (clockOffset !== undefined) this.clock.correct(this.#host.now() + clockOffset);
    if (this.state.me === null) {
      const { id } = await persistently(this.timers, () => this.call('getMe', {}));
      this.store.update((state) => ({ ...state, me: id }));
    }
    for (const id of Object.keys(this.state.rooms)) this.open.add(id);
    this.#sync.restore(cursor);
    this.#stopListening = this.#host.onWake?.(() => {
      this.connection.wake();
      this.outbox.wake();
    });
    this.outbox.go();
  }

  /** Waits until the connection stands. Raises `ParleyError` where it is refused. */
  online(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const { phase, error } = this.state.connection;
        if (phase === 'refused' && error) done(() => reject(new ParleyError(error)));
        else if (phase === 'online') done(resolve);
        else if (this.timers.closed) done(() => reject(new Closed()));
      };
      const stop = this.store.subscribe(look);
      const done = (end: () => void): void => {
        stop();
        end();
      };
      look();
    });
  }

  #resumed(away: boolean): void {
    this.#intake.resumed();
    this.presence.resumed();
    this.outbox.wake();
    this.timers.after(SECOND_LOOK_MS, () => void this.connection.resume());
    // Until then what carries no number may pass by, too.
    if (away) this.timers.after(SECOND_LOOK_MS, () => this.#refresh.all());
  }

  #applied(event: Event): void {
    this.acknowledgements.applied(event);
    this.outbox.applied(event);
    this.#sync.applied(event);
    if (event.type !== 'typing' || !event.active) return;
    const until = Date.parse(event.expiresAt);
    // A timer may be a little early.
    this.timers.after(Math.max(0, until - this.clock.now()), () =>
      this.store.update((state) => withoutExpiredTyping(state, Math.max(until, this.clock.now()))),
    );
  }

  #lineCame(conversationId: string): void {
    this.acknowledgements.shown(conversationId);
    this.#catchUp.look(conversationId);
    if (this.open.has(conversationId) && !this.state.rooms[conversationId])
      void this.load(conversationId).catch(() => undefined);
  }

  /** Loads an open conversation; whoever asks meanwhile waits for the same. */
  load(conversationId: string): Promise<void> {
    const loading = this.#loading.get(conversationId);
    if (loading) return loading;
    // Something to say begun on another device, perhaps; later changes of it are told.
    void this.#needs.meet({ of: 'draft', conversationId, threadId: null });
    const started = this.snapshots.room(conversationId).finally(() => this.#loading.delete(conversationId));
    this.#loading.set(conversationId, started);
    return started;
  }
}
