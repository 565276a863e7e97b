import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import * as z from 'zod';
import { indexSearch, publishEvents } from '#contract/subscriptions.ts';
import { MAX_RATE } from '#contract/tenant.ts';
import { memberOf, textOf } from '../actors.ts';
import { type Api, apiOf, connect, type Person, signIn } from '../client.ts';
import type { Context } from '../context.ts';
import { dealtWith, type FunctionLogs, readFunctionLogs } from '../function-logs.ts';
import { type Tick, withProgress } from '../progress.ts';
import { percentile, type Row } from '../row.ts';

const SIZES = [2, 10, 50] as const;
const SENDERS = 8;

/** Seconds the stream's readers may need to come to the end after the last message. */
const PATIENCE = 60;

const Created = z.object({ id: z.string() });
const Sent = z.object({ seq: z.int() });
/** The answer to what was said on a socket. */
const Done = z.object({ id: z.string(), status: z.int(), body: Sent });

/** A group of people with open sockets, and when each message had reached all but its sender. */
class LiveRoom {
  readonly people: readonly Person[];
  private readonly conversationId: string;
  private readonly sockets: WebSocket[] = [];
  private readonly answers = new Map<string, (seq: number) => void>();
  private readonly arrivals = new Map<number, { count: number; at: number; seen: PromiseWithResolvers<number> }>();

  private constructor(people: readonly Person[], conversationId: string) {
    this.people = people;
    this.conversationId = conversationId;
  }

  static async open(api: Api, size: number): Promise<LiveRoom> {
    const tenant = `bench-${randomBytes(6).toString('hex')}`;
    const people = await Promise.all(Array.from({ length: size }, (_, index) => signIn(api, tenant, memberOf(index))));
    const admin = await signIn(api, tenant, 'admin', ['admin']);
    // A figure is of the service, not of its limits.
    const limits = { messagesPerMinute: MAX_RATE, messageBurst: MAX_RATE };
    await admin.patch('/tenant/settings', { version: 1, limits });
    const [owner, ...others] = people;
    const participants = others.map(({ userId }) => userId);
    const { id } = Created.parse(await owner!.post('/conversations', { type: 'group', name: 'Live', participants }));
    const room = new LiveRoom(people, id);
    for (const person of people)
      room.sockets.push(
        await connect(person, (events) => {
          for (const event of events)
            if (event.type === 'message:created') room.arrived(event.seq!);
            else if (event.type === 'sync:done') room.answered(Done.parse(event));
        }),
      );
    return room;
  }

  /** Sends a text: milliseconds until the reply, and until everybody had it on a socket. */
  async send(sender: Person): Promise<{ reply: number; seen: number }> {
    const start = performance.now();
    const path = `/conversations/${this.conversationId}/messages`;
    const { seq } = Sent.parse(await sender.post(path, { body: { type: 'text', text: textOf(120) } }));
    const reply = performance.now() - start;
    return { reply, seen: (await this.at(seq).seen.promise) - start };
  }

  /** The same over the sender's socket. */
  async say(sender: Person): Promise<{ reply: number; seen: number }> {
    const id = randomBytes(6).toString('hex');
    const start = performance.now();
    const answer = new Promise<number>((resolve) => this.answers.set(id, resolve));
    const body = { type: 'text', text: textOf(120) };
    this.sockets[this.people.indexOf(sender)]!.send(
      JSON.stringify({ action: 'message.send', id, conversationId: this.conversationId, body }),
    );
    const seq = await answer;
    const reply = performance.now() - start;
    return { reply, seen: (await this.at(seq).seen.promise) - start };
  }

  private answered({ id, body: { seq } }: z.output<typeof Done>): void {
    this.answers.get(id)?.(seq);
    this.answers.delete(id);
  }

  close(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  private at(seq: number) {
    const known = this.arrivals.get(seq) ?? { count: 0, at: 0, seen: Promise.withResolvers<number>() };
    this.arrivals.set(seq, known);
    return known;
  }

  /** Members' sockets hear a message, its sender's own too. */
  private arrived(seq: number): void {
    const message = this.at(seq);
    message.count += 1;
    if (message.count === this.people.length) message.seen.resolve(performance.now());
  }
}

async function inTurn(room: LiveRoom, count: number, tick: Tick): Promise<{ reply: number; seen: number }[]> {
  const times: { reply: number; seen: number }[] = [];
  for (let sent = 0; sent < count; sent++) {
    times.push(await room.send(room.people[0]!));
    tick();
  }
  return times;
}

/** Messages a second with eight senders at once, over either way, until all have been seen by all. */
async function atOnce(room: LiveRoom, count: number, tick: Tick, way: 'send' | 'say' = 'send'): Promise<number> {
  const start = performance.now();
  await Promise.all(
    Array.from({ length: SENDERS }, async (_, index) => {
      for (let sent = 0; sent < count / SENDERS; sent++) {
        await room[way](room.people[index % room.people.length]!);
        tick();
      }
    }),
  );
  return count / ((performance.now() - start) / 1_000);
}

/** The functions' logs once the stream's readers have dealt with so many records. */
async function logsAfter({ stack }: Context, since: number, records: number): Promise<FunctionLogs> {
  const until = Date.now() + PATIENCE * 1_000;
  for (;;) {
    const logs = await readFunctionLogs(stack!, since);
    if ([indexSearch, publishEvents].every(({ name }) => dealtWith(logs, name) >= records)) return logs;
    if (Date.now() > until) throw new Error(`the stream's readers did not come to ${records} records in ${PATIENCE} s`);
    await pause(500);
  }
}

const shortName = (group: string): string => group.replace(/^\/aws\/lambda\/parley-[a-z]+-/, '');

function invocationsRow(
  of: string,
  invocations: FunctionLogs['invocations'],
  many: number,
  rate: number,
): Row & { measured: number } {
  const total = [...invocations.values()].reduce((sum, count) => sum + count, 0);
  return {
    name: `Lambda invocations a message, ${of}`,
    measured: total / many,
    unit: 'invocations',
    note: `at ${rate.toFixed(0)} messages/s: ${[...invocations].map(([name, count]) => `${shortName(name)} ${count}`).join(', ')} for ${many}; index-search runs at most once a second, publish-events, notify and deliver-webhooks once in two, so 1 + 2.5 / rate, and over HTTPS the authorizer once a second and user`,
  };
}

/** Over HTTPS and WebSocket against the deployed app: how long until all have seen it, and how many functions ran. */
export async function liveRows(context: Context): Promise<Row[]> {
  const { quick, stack, figures, directory } = context;
  const api = apiOf(stack!, directory);
  const rows: Row[] = [];
  for (const size of SIZES) {
    const single = quick ? 30 : 100;
    const many = quick ? 80 : size === 10 ? 480 : 240;
    const room = await LiveRoom.open(api, size);
    try {
      await withProgress(`${size} members`, single + (size === 10 ? 2 : 1) * (many + SENDERS), async (tick) => {
        const times = await inTurn(room, single, tick);
        // Everybody's first contact and the functions' start are not what is measured.
        await atOnce(room, SENDERS, tick);
        await logsAfter(context, Date.now() - 600_000, 0);
        await pause(1_500);
        const since = Date.now();
        const rate = await atOnce(room, many, tick);
        const seen = times.map((time) => time.seen);
        const of = `N = ${size}`;
        rows.push(
          {
            name: `Send to seen by all, ${of}: p50`,
            measured: percentile(seen, 50),
            unit: 'ms',
            note: `one at a time, ${single} messages`,
          },
          { name: `Send to seen by all, ${of}: p99`, measured: percentile(seen, 99), unit: 'ms' },
          {
            name: `Send to reply, ${of}: p50`,
            measured: percentile(
              times.map(({ reply }) => reply),
              50,
            ),
            unit: 'ms',
          },
          {
            name: `Throughput, ${of}`,
            measured: rate,
            unit: 'messages/s',
            note: `${SENDERS} senders at once, ${many} messages, until seen by all`,
          },
        );
        if (size !== 10) return;
        const { invocations, lines } = await logsAfter(context, since, many);
        rows.push(invocationsRow(`${of}, over HTTPS`, invocations, many, rate));
        const inside = lines.filter(({ route }) => route === 'sendMessage').map(({ ms }) => Number(ms));
        rows.push({
          name: `Inside the function that sends, ${of}: p50`,
          measured: percentile(inside, 50),
          unit: 'ms',
          note: `with ${SENDERS} senders at once; the emulator's answers included`,
        });
        // Functions that start for the first time are not what is measured.
        await atOnce(room, SENDERS, tick, 'say');
        await pause(1_500);
        const sinceSaid = Date.now();
        const said = await atOnce(room, many, tick, 'say');
        const over = await logsAfter(context, sinceSaid, many);
        const row = invocationsRow(`${of}, over the socket`, over.invocations, many, said);
        figures.set('live.invocations', row.measured);
        rows.push({ ...row, budget: 1.1 });
      });
    } finally {
      room.close();
    }
  }
  return rows;
}
