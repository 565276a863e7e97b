import type { Command, Event, Operations } from '#client/contract.ts';
import { ROUTES } from '#client/routes.ts';
import { ModelRooms } from './model-rooms.ts';
import { Refused } from './refused.ts';
import type { Clock, Network, ServerSide } from './virtual-host.ts';

/** What goes wrong on the way, as chances from 0 to 1. */
export interface Faults {
  /** A push is lost, comes twice, comes late. */
  lost: number;
  twice: number;
  late: number;
  /** A request never arrives, or its answer never does. */
  request: number;
  reply: number;
  /** A push that is answered with an error and arrives nevertheless is one that comes; a socket that does not open. */
  refused: number;
}

export const NO_FAULTS: Faults = { lost: 0, twice: 0, late: 0, request: 0, reply: 0, refused: 0 };

/** The protocol as a model: right by construction, over a network that is not. */
export class ModelServer extends ModelRooms implements Network {
  readonly faults: Faults = { ...NO_FAULTS };
  readonly sockets = new Map<ServerSide, { readonly userId: string; paused: boolean; opened: number }>();
  /** Commands and operations that arrived, by name. */
  readonly calls = new Map<string, number>();
  /** Milliseconds from a socket's opening to its planned end. */
  lifetime = 110 * 60_000;
  readonly #time: Clock;
  readonly #random: () => number;

  constructor(time: Clock, random: () => number) {
    super(
      () => time.now(),
      (userIds, event) => this.tell(userIds, event),
    );
    this.#time = time;
    this.#random = random;
  }

  /** Ends every socket, as when the network goes. */
  cut(): void {
    for (const socket of [...this.sockets.keys()]) socket.end();
  }

  /** Pushes an event to the open sockets of users. */
  tell(userIds: readonly string[], event: Event): void {
    for (const [socket, { userId, paused }] of this.sockets)
      if (userIds.includes(userId) && !paused && this.#random() >= this.faults.lost) {
        const copies = this.#random() < this.faults.twice ? 2 : 1;
        for (let copy = 0; copy < copies; copy++) this.#push(socket, [event]);
      }
  }

  #push(socket: ServerSide, events: readonly Event[]): void {
    const late = this.#random() < this.faults.late ? this.#random() * 3_000 : 0;
    this.#time.set(() => socket.send(JSON.stringify({ events })), 5 + late);
  }

  connect(url: string, socket: ServerSide): void {
    const userId = new URL(url).searchParams.get('ticket')!;
    socket.onEnd = () => this.sockets.delete(socket);
    socket.onFrame = (text) => void this.#command(socket, JSON.parse(text));
    this.#time.set(() => {
      if (socket.ended || this.#random() < this.faults.refused) return socket.end();
      this.sockets.set(socket, { userId, paused: false, opened: this.#time.now() });
      socket.open();
    }, 20);
  }

  async #command(socket: ServerSide, command: Command & { id?: string }): Promise<void> {
    this.#count(command.action);
    await this.#time.sleep(10);
    const state = this.sockets.get(socket);
    if (!state || this.#random() < this.faults.request) return;
    const { userId } = state;
    const id = command.id ?? null;
    const serverTime = new Date(this.#time.now()).toISOString();
    let events: Event[] = [];
    try {
      switch (command.action) {
        case 'resume':
          state.paused = false;
          events = this.#resume(userId, command, id, state.opened);
          break;
        case 'pause':
          state.paused = true;
          break;
        case 'ping': {
          const { changed, cursor, same } = this.since(userId, command.since);
          if (changed.length > 0) events.push({ type: 'sync:changed', conversations: changed });
          events.push({
            type: 'sync:pong',
            id,
            serverTime,
            cursor: command.since ? cursor : null,
            memberships: same ? 'same' : 'changed',
          });
          break;
        }
        case 'message.send':
        case 'read':
        case 'delivered': {
          const { body, replayed } = this.operate(
            userId,
            command.action === 'message.send'
              ? 'sendMessage'
              : command.action === 'read'
                ? 'markRead'
                : 'markDelivered',
            command,
          );
          events.push({ type: 'sync:done', id, status: 200, replayed, body: body as never });
          break;
        }
        default:
          break;
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      events = [
        {
          type: 'sync:error',
          id,
          status: error.status,
          code: error.code,
          title: error.code,
          issues: [],
          details: error.details,
        },
      ];
    }
    if (this.#random() < this.faults.reply) return;
    // In order, a few to a frame.
    for (let from = 0; from < events.length; from += 10) {
      const some = events.slice(from, from + 10);
      this.#time.set(() => socket.send(JSON.stringify({ events: some })), 5 + from / 10);
    }
  }

  #resume(
    userId: string,
    { since, conversations = {} }: Extract<Command, { action: 'resume' }>,
    id: string | null,
    opened: number,
  ): Event[] {
    const events: Event[] = [];
    let bound = 40;
    for (const [conversationId, after] of Object.entries(conversations)) {
      const room = this.rooms.get(conversationId);
      if (!room?.members.has(userId)) {
        events.push({ type: 'sync:left', conversationIds: [conversationId] });
        continue;
      }
      const missed = room.log.slice(after).slice(0, bound);
      bound -= missed.length;
      events.push(...missed.filter((event) => event !== null));
      const seq = after + missed.length;
      events.push({ type: seq < room.log.length ? 'sync:more' : 'sync:at', conversationId, seq });
    }
    const { changed, cursor, same } = this.since(userId, since);
    const others = changed.filter(({ conversationId }) => !(conversationId in conversations));
    if (others.length > 0) events.push({ type: 'sync:changed', conversations: others });
    const reconnectAt = new Date(opened + this.lifetime).toISOString();
    const serverTime = new Date(this.#time.now()).toISOString();
    events.push({ type: 'sync:resumed', id, cursor, memberships: same ? 'same' : 'changed', serverTime, reconnectAt });
    return events;
  }

  readonly fetch: Network['fetch'] = async (url, { method, headers, body }) => {
    const { pathname, searchParams } = new URL(url);
    const found = Object.entries(ROUTES).find(([, route]) => this.#matches(route, method, pathname));
    const operation = found![0] as keyof Operations;
    this.#count(operation);
    await this.#time.sleep(15);
    if (this.#random() < this.faults.request) throw new TypeError('the request was lost');
    const names = [...found![1].matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const values = new RegExp(`^${found![1].split(' ')[1]!.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(pathname)!.slice(1);
    const input = {
      ...Object.fromEntries(searchParams),
      ...(body ? JSON.parse(String(body)) : {}),
      ...Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(values[index]!)])),
    };
    let [status, answer]: [number, unknown] = [200, undefined];
    try {
      const userId = headers['authorization']!.slice('Bearer '.length);
      if (userId === 'nobody') throw new Refused(401, 'caller.unauthenticated');
      answer = this.operate(userId, operation, input).body;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      [status, answer] = [
        error.status,
        { title: error.code, status: error.status, code: error.code, requestId: 'r', ...error.details },
      ];
    }
    await this.#time.sleep(15);
    if (this.#random() < this.faults.reply) throw new TypeError('the answer was lost');
    return { status, headers: { get: () => null }, text: async () => JSON.stringify(answer) };
  };

  #matches(route: string, method: string, pathname: string): boolean {
    const [verb, path] = route.split(' ') as [string, string];
    return verb === method && new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname);
  }

  #count(name: string): void {
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
  }
}
