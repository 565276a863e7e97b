import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import * as z from 'zod';
import { MAX_RATE } from '#contract/tenant.ts';
import { type Api, connect, type Person, signIn } from '../client.ts';
import { Sightings } from '../peers/load.ts';
import { sendText, textIn } from '../peers/parley.ts';
import { eachOf } from '../peers/peer.ts';
import type { Tick } from '../progress.ts';

/** Members of a room, all of them with a socket. */
export const ROOM = 10;

/** Rooms that are opened before it is asked whether to go on. */
const WAVE = 10;

/** Sockets opened side by side. */
const LANES = 16;

const Created = z.object({ id: z.string() });

/** A user with a place in a room and, while they are connected, a socket. */
export interface Seat {
  readonly person: Person;
  readonly hear: (events: readonly { readonly type: string }[]) => void;
  socket?: WebSocket;
}

/** A room of the crowd: who sits there, and who has seen what. */
export interface CrowdRoom {
  readonly conversationId: string;
  readonly seats: readonly Seat[];
  readonly sightings: Sightings;
}

/** When to stop opening sockets. */
export interface Ramp {
  readonly sockets: number;
  readonly seconds: number;
}

/** Users in rooms of ten, each with a socket, in one tenant. */
export class Crowd {
  readonly rooms: CrowdRoom[] = [];
  /** Sockets that closed although nobody here closed them. */
  dropped = 0;
  private readonly api: Api;
  private readonly tenant = `load-${randomBytes(6).toString('hex')}`;
  private closing = false;

  constructor(api: Api) {
    this.api = api;
  }

  get seats(): Seat[] {
    return this.rooms.flatMap(({ seats }) => seats);
  }

  /** How many have a socket. */
  get open(): number {
    return this.seats.filter(({ socket }) => socket !== undefined).length;
  }

  /** Opens rooms with all their sockets until there are as many as asked, time is up, or a tenth of a wave fails. Returns why. */
  async fill(ramp: Ramp, tick: Tick): Promise<string> {
    const admin = await signIn(this.api, this.tenant, 'admin', ['admin']);
    const limits = { messagesPerMinute: MAX_RATE, messageBurst: MAX_RATE };
    await admin.patch('/tenant/settings', { version: 1, limits });
    const end = performance.now() + ramp.seconds * 1_000;
    while (this.open < ramp.sockets) {
      if (performance.now() > end) return `${ramp.seconds} s were over`;
      const rooms = await eachOf(Array.from({ length: WAVE }), LANES, () => this.makeRoom());
      this.rooms.push(...rooms);
      const failures: string[] = [];
      await eachOf(
        rooms.flatMap(({ seats }) => seats),
        LANES,
        async (seat) => {
          await this.sit(seat).catch((error: Error) => failures.push(error.message));
          tick();
        },
      );
      if (failures.length * 10 > WAVE * ROOM) return `${failures.length} of ${WAVE * ROOM} failed: ${failures[0]}`;
    }
    return 'as many as asked';
  }

  /** Connects a user to their place. */
  async sit(seat: Seat): Promise<void> {
    const socket = await connect(seat.person, seat.hear);
    seat.socket = socket;
    socket.on('error', () => {}); // A close follows.
    socket.on('close', () => {
      if (seat.socket === socket) seat.socket = undefined;
      if (!this.closing) this.dropped += 1;
    });
  }

  /** Cuts all sockets at once. */
  cut(): void {
    this.closing = true;
    for (const seat of this.seats) seat.socket?.terminate();
    for (const seat of this.seats) seat.socket = undefined;
  }

  /** From now on a closed socket counts as dropped again. */
  watch(): void {
    this.closing = false;
  }

  private async makeRoom(): Promise<CrowdRoom> {
    const number = randomBytes(6).toString('hex');
    const names = Array.from({ length: ROOM }, (_, index) => `u${number}-${index}`);
    const people = await Promise.all(names.map((name) => signIn(this.api, this.tenant, name)));
    const [owner] = people;
    const group = { type: 'group', name: 'Load', participants: names.slice(1) };
    const { id } = Created.parse(await owner!.post('/conversations', group));
    const sightings = new Sightings(ROOM);
    const seats = people.map((person, index) => ({
      person,
      hear: (events: readonly { readonly type: string }[]) => {
        for (const event of events) if (event.type === 'message:created') sightings.saw(index, textIn(event));
      },
    }));
    return { conversationId: id, seats, sightings };
  }
}

/** Sends a text in a room: what resolves when the server has it, and what resolves (to milliseconds) when all have seen it. */
export function say(room: CrowdRoom, seat: Seat): { readonly taken: Promise<unknown>; readonly seen: Promise<number> } {
  const start = performance.now();
  const { text, seen } = room.sightings.next();
  const taken = sendText(seat.person, room.conversationId, text);
  const both = Promise.all([seen, taken]).then(([at]) => at - start);
  both.catch(() => {}); // Whoever waits for it is told.
  return { taken, seen: both };
}
