import { setTimeout as pause } from 'node:timers/promises';
import { textOf } from '../actors.ts';
import type { Tick } from '../progress.ts';
import type { Member, Peer } from './peer.ts';

/** Bytes of a message's text. */
const TEXT_BYTES = 120;

/** Messages under way at once that no server has taken yet, by as many senders if there are so many members. */
const SENDERS = 8;

/** Milliseconds after which a message counts as lost. */
const PATIENCE = 90_000;

/** Milliseconds for what a server does after everybody has seen a message: it is work for that message all the same. */
const SETTLE = 2_000;

/** How long a room is loaded. */
export interface Length {
  /** Milliseconds with several senders at once before anything is counted. */
  readonly warmUpMs: number;
  /** Messages one at a time, and the most milliseconds for them. */
  readonly single: number;
  readonly singleMs: number;
  /** Milliseconds with several senders at once. */
  readonly manyMs: number;
}

/** What was seen of one room. */
export interface Figures {
  /** Milliseconds from send to seen by all, one message at a time. */
  readonly seen: readonly number[];
  /** Messages with several senders at once, and the milliseconds until all had seen all of them. */
  readonly messages: number;
  readonly milliseconds: number;
  /** Sends that had to be said again because the server failed, of all the room's. */
  readonly repeated: number;
  /** Milliseconds of processor time per part of the server for those messages, those it uses when idle taken off. */
  readonly cpu: Readonly<Record<string, number>>;
}

/** The processor time that each part of a server has used so far, in milliseconds. */
export type Cpu = () => Readonly<Record<string, number>>;

/** What was used between two readings, less what is used in that time (milliseconds) when nothing is asked for. */
export function usedBetween(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  idle: Readonly<Record<string, number>>,
  milliseconds: number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([part, cpu]) => [
      part,
      Math.max(0, cpu - (before[part] ?? 0) - ((idle[part] ?? 0) * milliseconds) / 1_000),
    ]),
  );
}

/** Who has seen what. A text begins with its number. */
export class Sightings {
  private readonly size: number;
  private readonly waiting = new Map<number, { readonly by: Set<number>; readonly all: (at: number) => void }>();
  private last = 0;

  constructor(size: number) {
    this.size = size;
  }

  /** A text that nobody has sent yet, and when all have seen it (by the clock of `performance.now`). */
  next(): { readonly text: string; readonly seen: Promise<number> } {
    const number = ++this.last;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const by = new Set<number>();
    const timer = setTimeout(() => {
      reject(new Error(`message ${number} was seen by ${by.size} of ${this.size} after ${PATIENCE / 1_000} s`));
    }, PATIENCE);
    const all = (at: number): void => {
      clearTimeout(timer);
      resolve(at);
    };
    this.waiting.set(number, { by, all });
    return { text: `${number} ${textOf(TEXT_BYTES)}`.slice(0, TEXT_BYTES), seen: promise };
  }

  /** A text has reached a member; again, when it has before, counts once. */
  saw(member: number, text: string): void {
    const number = Number.parseInt(text, 10);
    const message = this.waiting.get(number);
    if (message === undefined || !message.by.add(member) || message.by.size < this.size) return;
    this.waiting.delete(number);
    message.all(performance.now());
  }
}

/** Opens a room of so many members at a peer and loads it. The same program for every peer. */
export async function loadRoom(
  peer: Peer,
  size: number,
  length: Length,
  cpu: Cpu,
  idle: Readonly<Record<string, number>>,
  tick: Tick,
): Promise<Figures> {
  const sightings = new Sightings(size);
  const room = await peer.openRoom(size, (member, text) => sightings.saw(member, text));
  /** Sends a text: what resolves when the server has taken it, and what resolves (to milliseconds) when all have seen it. */
  const send = (member: Member): { readonly taken: Promise<void>; readonly seen: Promise<number> } => {
    const start = performance.now();
    const { text, seen } = sightings.next();
    const taken = member.send(text);
    const both = Promise.all([seen, taken]).then(([at]) => at - start);
    both.catch(() => {}); // Whoever waits for it is told; until then it is not unhandled.
    return { taken, seen: both };
  };
  const senders = room.members.slice(0, SENDERS);
  /** Each sends the next when the server has taken the last; resolves to how many there were when all have seen all. */
  const atOnce = async (forMs: number): Promise<number> => {
    const end = performance.now() + forMs;
    const sent: Promise<number>[] = [];
    const sendOn = async (sender: Member): Promise<void> => {
      while (performance.now() < end) {
        const { taken, seen } = send(sender);
        sent.push(seen);
        await taken;
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, (_, index) => sendOn(senders[index % senders.length]!)));
    await Promise.all(sent);
    return sent.length;
  };
  try {
    // First contacts, and processes that start when first needed, are not what is compared.
    await atOnce(length.warmUpMs);
    await pause(SETTLE);
    tick();
    const seen: number[] = [];
    for (const end = performance.now() + length.singleMs; seen.length < length.single && performance.now() < end; )
      seen.push(await send(room.members[0]!).seen);
    await pause(SETTLE);
    tick();
    const before = cpu();
    const start = performance.now();
    const messages = await atOnce(length.manyMs);
    const milliseconds = performance.now() - start;
    await pause(SETTLE);
    const used = usedBetween(before, cpu(), idle, performance.now() - start);
    tick();
    return { seen, messages, milliseconds, repeated: room.repeated(), cpu: used };
  } finally {
    await room.close();
  }
}
