import { join, resolve } from 'node:path';
import { type ChatFile, readChatFile } from '#local/import/chat-file.ts';
import { ROOT } from '#local/instance.ts';
import { Chance } from '#simulation/engine/chance.ts';

const SAMPLES = resolve(ROOT, process.env.PARLEY_SAMPLES ?? '../shared/data');

/** One message that was never said. */
export interface Line {
  readonly tenant: number;
  /** Which conversation of the tenant. */
  readonly room: number;
  /** From 1 in its conversation. */
  readonly seq: number;
  readonly author: number;
  readonly at: number;
  readonly text: string;
}

/** How much is made up. */
export interface Size {
  readonly messages: number;
  readonly tenants: number;
  readonly roomsEach: number;
}

/** People of a tenant. */
export const AUTHORS = 42;

/** The real conversation, from which all texts are made. */
export const realLines = async (): Promise<ChatFile['lines']> =>
  (await readChatFile(join(SAMPLES, 'project-chat.jsonl.gz'))).lines;

/**
 * Messages for many tenants, made from real ones: the beginning of one and the end of another, so that words are as frequent
 * as people use them and few texts are alike. Tenants are unequal: the first has a twentieth of everything, the others share
 * the rest more evenly. The same size gives the same messages.
 */
export function* corpus(real: readonly { readonly text: string }[], size: Size): Generator<Line> {
  const chance = new Chance(1);
  const seqs = new Map<number, number>();
  const halves = real.map(({ text }) => text.split(/\s+/u));
  const start = Date.UTC(2024, 0, 1);
  const span = Date.UTC(2026, 10, 1) - start;
  for (let index = 0; index < size.messages; index++) {
    const tenant = chance.is(0.05) ? 0 : chance.below(size.tenants);
    const room = Math.floor(chance.spread(1, size.roomsEach + 1)) - 1;
    const place = tenant * size.roomsEach + room;
    const seq = (seqs.get(place) ?? 0) + 1;
    seqs.set(place, seq);
    const [one, other] = [chance.one(halves), chance.one(halves)];
    const text = [...one.slice(0, Math.ceil(one.length / 2)), ...other.slice(Math.ceil(other.length / 2))].join(' ');
    const at = start + Math.floor((index / size.messages) * span);
    yield { tenant, room, seq, author: chance.below(AUTHORS), at, text: text || one.join(' ') };
  }
}
