import { v7 as uuidv7 } from 'uuid';
import { wholeOf } from '#contract/lean.ts';
import type { Socket } from '../cloud/sockets.ts';
import { type Actor, actor, as } from '../engine/stage.ts';
import type { World } from '../world.ts';
import { ask } from './asking.ts';

/** A message that a device has heard of. */
export interface Heard {
  readonly id: string;
  readonly conversationId: string;
  readonly senderId: string;
  version: number;
}

/** Milliseconds before another try to connect, at least and at most. */
const [SOON, LATER] = [200, 60_000];

/** One device of a user: keeps a socket open, hears events, mints ids on the server's time. */
export class Device {
  readonly userId: string;
  readonly who: Actor;
  readonly #world: World;
  #socket: Socket | undefined;
  /** How far the server's clock is ahead of the device's own (ms). */
  #offset = 0;
  #offline = false;
  readonly heard: Heard[] = [];
  /** Greatest number heard of each conversation. */
  readonly heads = new Map<string, number>();

  constructor(world: World, userId: string, name: string) {
    this.#world = world;
    this.userId = userId;
    const skew = world.faults.knows('clock off') ? world.chance.between(-3_600_000, 3_600_000) : 0;
    this.who = { name, skew, dead: false, memory: new Map(), die: () => undefined };
  }

  /** A client id on the server's time, as far as it is known. */
  mint(): string {
    const msecs = Math.floor(this.#world.clock.now + this.who.skew + this.#offset);
    return Buffer.from(uuidv7({ msecs }, new Uint8Array(16))).toString('base64url');
  }

  learnTime(serverTime: unknown): void {
    if (typeof serverTime === 'string') this.#offset = Date.parse(serverTime) - (this.#world.clock.now + this.who.skew);
  }

  get connected(): boolean {
    return this.#socket?.state === 'open' && !this.#socket.vanished;
  }

  /** Opens a socket, and another whenever it closes. */
  connect(): void {
    as(this.who, () => this.#connect());
  }

  async #connect(): Promise<void> {
    if (this.#offline) return;
    const { rest, sockets } = this.#world;
    const answered = await ask(rest, this.userId, 'POST', '/realtime/tickets', { body: {} });
    if (answered?.status !== 201) return this.#again();
    this.learnTime(answered.body['serverTime']);
    const socket = sockets.connect(String(answered.body['url']), {
      opened: () => undefined,
      heard: (frame) => as(this.who, () => this.#hear(frame)),
      closed: () => {
        if (this.#socket === socket) this.#again();
      },
    });
    this.#socket = socket;
  }

  #again(): void {
    const { clock, chance } = this.#world;
    clock.after(chance.spread(SOON, LATER), () => this.connect());
  }

  #hear(frame: string): void {
    const { events } = JSON.parse(frame) as { events: Parameters<typeof wholeOf>[0][] };
    for (const event of events.map(wholeOf) as unknown as Record<string, unknown>[]) {
      this.#world.step('hears', `${actor()?.name} ${event['type']} ${event['seq']}`);
      const conversationId = String(event['conversationId']);
      if (typeof event['seq'] === 'number')
        this.heads.set(conversationId, Math.max(this.heads.get(conversationId) ?? 0, event['seq']));
      if (event['type'] === 'message:created') this.#note(event['message'] as Record<string, unknown>);
    }
  }

  #note(message: Record<string, unknown>): void {
    const { type } = message['body'] as { type: string };
    if (type === 'system') return;
    this.heard.push({
      id: String(message['id']),
      conversationId: String(message['conversationId']),
      senderId: String(message['senderId']),
      version: Number(message['version']),
    });
  }

  /** Without a network for a while. */
  goOffline(ms: number): void {
    this.#offline = true;
    if (this.#socket) this.#world.sockets.vanish(this.#socket);
    void this.#world.away(ms).then(() => {
      this.#offline = false;
      this.connect();
    });
  }
}
