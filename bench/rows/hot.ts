import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import * as z from 'zod';
import { MAX_RATE } from '#contract/tenant.ts';
import { readChatFile } from '#local/import/chat-file.ts';
import { ROOT } from '#local/instance.ts';
import { memberOf } from '../actors.ts';
import { type Api, apiOf, connect, type Person, signIn } from '../client.ts';
import type { Context } from '../context.ts';
import { eachOf } from '../peers/peer.ts';
import { withProgress } from '../progress.ts';
import { mean, percentile, type Row } from '../row.ts';

/** Members of the room; every second one has a socket. */
const MEMBERS = 100;

/** Participants that may be named when a conversation is made. */
const FIRST = 91;

/** Sockets opened side by side. */
const LANES = 4;

/** Seconds after the last message in which all have to have arrived everywhere. */
const PATIENCE = 60;

const SAMPLES = resolve(ROOT, process.env.PARLEY_SAMPLES ?? '../shared/data');

const Created = z.object({ id: z.string() });
const Sent = z.object({ seq: z.int() });

/** What one socket heard. */
class Ear {
  /** Frames that carried a message. */
  frames = 0;
  /** When each message came first, by the clock of `performance.now`. */
  readonly at = new Map<number, number>();

  hear(events: readonly { readonly type: string; readonly seq?: number }[]): void {
    const numbers = events.flatMap(({ type, seq }) => (type === 'message:created' && seq !== undefined ? [seq] : []));
    if (numbers.length > 0) this.frames += 1;
    for (const seq of numbers) if (!this.at.has(seq)) this.at.set(seq, performance.now());
  }
}

/** A room of a hundred, half of them with a socket. */
interface HalfOnline {
  readonly people: readonly Person[];
  readonly path: string;
  readonly ears: readonly Ear[];
  readonly close: () => void;
}

async function open(api: Api): Promise<HalfOnline> {
  const tenant = `bench-${randomBytes(6).toString('hex')}`;
  const people = await Promise.all(Array.from({ length: MEMBERS }, (_, index) => signIn(api, tenant, memberOf(index))));
  const admin = await signIn(api, tenant, 'admin', ['admin']);
  await admin.patch('/tenant/settings', {
    version: 1,
    limits: { messagesPerMinute: MAX_RATE, messageBurst: MAX_RATE },
  });
  const names = people.map(({ userId }) => userId);
  const [owner] = people;
  const group = { type: 'group', name: 'Project chat', participants: names.slice(1, FIRST) };
  const { id } = Created.parse(await owner!.post('/conversations', group));
  await owner!.post(`/conversations/${id}/participants`, { userIds: names.slice(FIRST) });
  const ears: Ear[] = [];
  const sockets = await eachOf<Person, WebSocket>(
    people.filter((_, index) => index % 2 === 1),
    LANES,
    (person) => {
      const ear = new Ear();
      ears.push(ear);
      return connect(person, (events) => ear.hear(events));
    },
  );
  return {
    people,
    path: `/conversations/${id}/messages`,
    ears,
    close: () => {
      for (const socket of sockets) socket.terminate();
    },
  };
}

/** What a stretch of messages came to. */
interface Stretch {
  readonly rate: number;
  readonly framesPerRecipient: number;
  /** Milliseconds from send to each socket that heard it. */
  readonly delays: readonly number[];
}

/** Sends the texts at so many a second, whoever is ready or not, each from its author's place, and waits until all have come. */
async function drive(room: HalfOnline, texts: readonly Line[], perSecond: number): Promise<Stretch> {
  const before = room.ears.map(({ frames }) => frames);
  const start = performance.now();
  const sending: Promise<{ seq: number; at: number }>[] = [];
  await withProgress(`${perSecond} messages/s`, texts.length, async (tick) => {
    for (const [index, { author, text }] of texts.entries()) {
      await pause(Math.max(0, start + (index * 1_000) / perSecond - performance.now()));
      const at = performance.now();
      const sender = room.people[author % MEMBERS]!;
      const sent = sender.post(room.path, { body: { type: 'text', text } });
      sending.push(sent.then((answer) => ({ seq: Sent.parse(answer).seq, at })));
      tick();
    }
  });
  const sent = await Promise.all(sending);
  const rate = texts.length / ((performance.now() - start) / 1_000);
  const missing = () => room.ears.reduce((sum, ear) => sum + sent.filter(({ seq }) => !ear.at.has(seq)).length, 0);
  for (const end = performance.now() + PATIENCE * 1_000; missing() > 0; await pause(250))
    if (performance.now() > end) throw new Error(`${missing()} deliveries had not come after ${PATIENCE} s`);
  const frames = room.ears.map((ear, index) => ear.frames - before[index]!);
  return {
    rate,
    framesPerRecipient: mean(frames) / texts.length,
    delays: room.ears.flatMap((ear) => sent.map(({ seq, at }) => ear.at.get(seq)! - at)),
  };
}

interface Line {
  readonly author: number;
  readonly text: string;
}

/** The first messages of the real chat, with their authors numbered as they come. */
async function realLines(count: number): Promise<Line[]> {
  const { lines } = await readChatFile(join(SAMPLES, 'project-chat.jsonl.gz'));
  const authors = new Map<string, number>();
  return lines.slice(0, count).map(({ author, text }) => {
    if (!authors.has(author)) authors.set(author, authors.size);
    return { author: authors.get(author)!, text };
  });
}

/** Real messages into a room of a hundred, half of them online: at a rate where frames are shared, and at one where none waits. */
export async function hotRows({ stack, directory, quick }: Context): Promise<Row[]> {
  const room = await open(apiOf(stack!, directory));
  try {
    const [many, few] = quick ? [200, 10] : [800, 40];
    const lines = await realLines(many + few + 20);
    await drive(room, lines.slice(0, 20), 5); // Functions start when they are first needed.
    await pause(2_000);
    const calm = await drive(room, lines.slice(20, 20 + few), 1.5);
    const hot = await drive(room, lines.slice(20 + few), 20);
    const delays = ({ delays: all }: Stretch) =>
      `p50 ${percentile(all, 50).toFixed(0)} ms, p99 ${percentile(all, 99).toFixed(0)} ms`;
    return [
      {
        name: 'Frames a recipient and message, N = 100, at 20 messages/s',
        measured: hot.framesPerRecipient,
        unit: 'frames',
        budget: 0.25,
        note: `${many} real messages to ${room.ears.length} sockets, answered at ${hot.rate.toFixed(1)}/s; send to seen ${delays(hot)}`,
      },
      {
        name: 'Frames a recipient and message, N = 100, at 1.5 messages/s',
        measured: calm.framesPerRecipient,
        unit: 'frames',
        budget: 1,
        note: `${few} real messages; send to seen ${delays(calm)}`,
      },
    ];
  } finally {
    room.close();
  }
}
