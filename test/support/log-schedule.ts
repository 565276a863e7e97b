import { Refusal } from '#domain/refusal.ts';
import type { Limits } from '#domain/sequence.ts';
import { append } from '#table/log/append.ts';
import { forget, settle } from '#table/log/settle.ts';
import type { Entry, LogStore } from '#table/log/store.ts';
import { ALL_STORE_RULES, type Gate, gated, MemoryLog, type StoreRules } from './memory-log.ts';
import { clientIdAt, type Random, randomFrom } from './random.ts';

/** Small numbers, so that generations turn over and margins matter within a few dozen steps. */
export const MODEL_LIMITS: Limits = {
  generation: 2,
  nextTry: 1,
  future: 1_000,
  skew: 1_000,
  hold: 12_000,
  holeAge: 800,
  lookBack: 10_000,
};

/** A rule of the log to leave out. */
export type Rule = keyof StoreRules | 'settle' | 'margin';

interface Step {
  readonly name: keyof LogStore;
  readonly born: number;
  /** Its function stalls: others do many steps in the meantime. */
  readonly slow: boolean;
  /** Carries the step out; the answer arrives unless it is lost. */
  readonly run: (deliver: boolean) => void;
}

interface Letter {
  readonly author: string;
  readonly clientId: string;
  tries: number;
  acknowledged: number | undefined;
}

export interface Outcome {
  readonly duplicates: string[];
  readonly lost: string[];
  readonly changed: string[];
  readonly gaps: number[];
  readonly steps: number;
}

const START = 1_700_000_000_000;

/**
 * One random schedule over the real `append`, `settle` and `forget`: writers that race, stall, crash between any two
 * steps and lose replies, clients that retry at once or much later, readers that fill holes, clocks that disagree.
 */
export async function runSchedule(seed: number, without?: Rule): Promise<Outcome> {
  const random = randomFrom(seed);
  const log = new MemoryLog({ ...ALL_STORE_RULES, ...(without ? { [without]: false } : {}) });
  const limits = MODEL_LIMITS;
  const lookBackLimits = without === 'margin' ? { ...limits, hold: -limits.future - limits.skew } : limits;
  const pending: Step[] = [];
  let now = START;
  let steps = 0;

  const gateOf =
    (slow: boolean): Gate =>
    (name, step) =>
      new Promise((resolve, reject) => {
        pending.push({
          name,
          slow,
          born: now,
          run: (deliver) => {
            try {
              const answer = step();
              if (deliver) resolve(answer);
            } catch (error) {
              reject(error as Error);
            }
          },
        });
      });
  const store = gated(log, gateOf(false));
  const slowStore = gated(log, gateOf(true));
  // Leaving the rule out: whatever lies there, the dropping writer believes that all of it is settled.
  const believing = (told: LogStore): LogStore => ({
    ...told,
    entries: async (first, last) =>
      Array.from({ length: last - first + 1 }, (_, index): Entry => ({ kind: 'void', seq: first + index, at: 0 })),
  });

  const letters: Letter[] = Array.from({ length: random.between(3, 12) }, (_, index) => ({
    author: random.pick(['ada', 'bob']),
    clientId: clientIdAt(
      START + (random.chance(0.3) ? -random.between(0, 20_000) : random.between(-200, 900)) + index * 120,
      random,
    ),
    tries: 0,
    acknowledged: undefined,
  }));
  const changed: string[] = [];

  const attempt = async (letter: Letter): Promise<void> => {
    const offset = random.between(-limits.skew / 2, limits.skew / 2);
    const clock = () => now + offset;
    const own = random.chance(0.25) ? slowStore : store;
    const message = (at: number) => ({
      u: letter.author,
      c: letter.clientId,
      h: 'same',
      b: { type: 'text' as const, text: 'x' },
      a: at,
      v: 1,
    });
    try {
      const appended = await append(
        store,
        {
          author: letter.author,
          clientId: letter.clientId,
          hash: 'same',
          store: (seq, at) => store.put(seq, message(at)),
        },
        { permit: Promise.resolve(undefined), clock, limits: lookBackLimits },
      );
      if (letter.acknowledged !== undefined && letter.acknowledged !== appended.seq)
        changed.push(`${letter.clientId}: ${letter.acknowledged} then ${appended.seq}`);
      letter.acknowledged = appended.seq;
      if (appended.head) await forget(without === 'settle' ? believing(own) : own, appended.head, { clock, limits });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  };
  const read = async (): Promise<void> => {
    const head = await store.head();
    if (!head || head.seq === 0) return;
    const numbers = Array.from({ length: head.seq }, (_, index) => index + 1);
    await settle(store, numbers, head.lastAt, { clock: () => now, limits });
  };

  const MAX_TRIES = 4;
  for (let turn = 0; turn < 400; turn++) {
    const waiting = letters.filter(({ tries }) => tries < MAX_TRIES);
    if (waiting.length === 0 && pending.length === 0) break;
    if (waiting.length > 0 && random.chance(0.15)) {
      const letter = random.pick(waiting);
      letter.tries += 1;
      void attempt(letter);
    } else if (random.chance(0.06)) void read();
    else if (random.chance(0.25)) now += random.chance(0.1) ? random.between(1_000, 6_000) : random.between(0, 400);
    else if (pending.length > 0) runOne(pending, random, now, limits);
    steps += 1;
    await new Promise(setImmediate);
  }
  while (pending.length > 0) {
    runOne(pending, random, now, limits);
    await new Promise(setImmediate);
  }
  return { ...(await judge(log, letters, limits, lookBackLimits, now)), changed, steps };
}

/** Carries out one waiting step: mostly as it should be, sometimes its reply is lost, sometimes it never happens. */
const runOne = (pending: Step[], random: Random, now: number, limits: Limits): void => {
  const index = random.between(0, pending.length - 1);
  if (pending[index]?.slow && random.chance(0.85)) return;
  const [step] = pending.splice(index, 1);
  // A function lives shorter than `hold`: a number is not taken on a look at the clock older than that.
  if (!step || ((step.name === 'take' || step.name === 'move') && now - step.born >= limits.hold)) return;
  const fate = random.next();
  if (fate < 0.06) return;
  step.run(fate >= 0.14);
};

/** Hours later everybody retries once more and a reader settles all: then the log must be what was promised. */
const judge = async (
  log: MemoryLog,
  letters: readonly Letter[],
  limits: Limits,
  lookBackLimits: Limits,
  now: number,
): Promise<Omit<Outcome, 'changed' | 'steps'>> => {
  const store = gated(log, async (_, step) => step());
  const later = now + 3_600_000;
  const all = () => Array.from({ length: log.head?.seq ?? 0 }, (_, index) => index + 1);
  await settle(store, all(), later, { clock: () => later, limits, force: true });
  for (const { author, clientId } of letters)
    await append(
      store,
      {
        author,
        clientId,
        hash: 'same',
        store: (seq, at) =>
          store.put(seq, { u: author, c: clientId, h: 'same', b: { type: 'text', text: 'x' }, a: at, v: 1 }),
      },
      { permit: Promise.resolve(undefined), clock: () => later, limits: lookBackLimits },
    );
  const stored = [...log.entries.values()].filter((entry) => entry.kind === 'message');
  const numbersOf = (letter: Letter) =>
    stored.filter(({ message }) => message.c === letter.clientId && message.u === letter.author).map(({ seq }) => seq);
  return {
    duplicates: letters.filter((letter) => numbersOf(letter).length > 1).map(({ clientId }) => clientId),
    lost: letters
      .filter(({ acknowledged }) => acknowledged !== undefined)
      .filter((letter) => !numbersOf(letter).includes(letter.acknowledged!))
      .map(({ clientId }) => clientId),
    gaps: all().filter((seq) => !log.entries.has(seq)),
  };
};
