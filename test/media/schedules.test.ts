import { createHash } from 'node:crypto';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { isFinal, mayMove } from '#domain/media.ts';
import type { StoredMedia } from '#table/media.ts';
import { cleanKeyOf } from '#table/media-keys.ts';
import { MEDIA_ID, MemoryWorld } from './memory-world.ts';

type State = StoredMedia['state'];

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});

const dot = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 2, height: 2, channels: 3, background } })
    .png()
    .toBuffer();
const photo = await dot('#123456');
/** Uploads under one claim: a picture, another of the same size, it broken, something else, another size. */
const UPLOADS = {
  good: photo,
  other: await dot('#654321'),
  broken: Buffer.concat([photo.subarray(0, 40), Buffer.alloc(photo.length - 40)]),
  lie: Buffer.alloc(photo.length, 'GIF89a'),
  larger: Buffer.concat([photo, Buffer.from('x')]),
};
const REASON = {
  good: undefined,
  other: undefined,
  broken: 'unreadable',
  lie: 'type_mismatch',
  larger: 'size_mismatch',
};
type Kind = keyof typeof UPLOADS;

/** Runs several invocations, one step at a time, in the order `pick` says; a step may crash its invocation. */
class Turns {
  readonly #waiting: { go: () => void; crash: (error: Error) => void }[] = [];
  #running = 0;
  #idle = () => {};

  readonly between = (): Promise<void> =>
    new Promise<void>((go, crash) => {
      this.#waiting.push({ go, crash });
      this.#running--;
      this.#idle();
    });

  async run(
    invocations: readonly (() => Promise<unknown>)[],
    pick: (choices: number) => number,
    crashes: () => boolean,
  ): Promise<void> {
    for (const invoke of invocations) {
      this.#running++;
      // Lambda delivers an event again after a crash, and again.
      const deliver = (): Promise<unknown> =>
        invoke().catch((error: unknown) => {
          if (error instanceof Error && error.message === 'crash') return deliver();
          throw error;
        });
      void deliver().finally(() => {
        this.#running--;
        this.#idle();
      });
    }
    for (;;) {
      if (this.#running > 0)
        await new Promise<void>((resolve) => {
          this.#idle = () => this.#running === 0 && resolve();
        });
      if (this.#waiting.length === 0) return;
      const [turn] = this.#waiting.splice(pick(this.#waiting.length), 1);
      this.#running++;
      if (crashes()) turn!.crash(new Error('crash'));
      else turn!.go();
    }
  }
}

/** A world that objects the moment something untrue is written. */
class WatchedWorld extends MemoryWorld {
  readonly faults: string[] = [];
  /** Versions on which a clean verdict was given. */
  readonly foundClean = new Set<string>();

  watch(): void {
    const { media, states } = this;
    const bound = media?.objectVersion;
    if (states.includes('processing') && !this.foundClean.has(bound!)) this.faults.push('worked on before its verdict');
    for (const [index, state] of states.entries())
      if (index > 0 && !mayMove(states[index - 1] as State, state as State))
        this.faults.push(`${states[index - 1]} became ${state}`);
    if (media?.state !== 'ready') return;
    for (const { name, sha256 } of media.renditions ?? []) {
      const data = this.clean.get(cleanKeyOf('acme', MEDIA_ID, media.objectVersion!, name));
      if (!data || createHash('sha256').update(data).digest('hex') !== sha256)
        this.faults.push(`ready before ${name} was stored`);
    }
    if (media.renditions?.length !== 2) this.faults.push('ready without both renditions');
  }
}

it('another picture has as many bytes, or it would be told apart by its size', () => {
  expect(UPLOADS.other.length).toBe(photo.length);
});

/** What the scan says of an upload, and how that upload ends when nothing is wrong with it. */
const END: Readonly<Record<string, readonly [state: State, reason: string | undefined]>> = {
  NO_THREATS_FOUND: ['ready', undefined],
  THREATS_FOUND: ['quarantined', 'malware'],
  UNSUPPORTED: ['rejected', 'unscannable'],
  ACCESS_DENIED: ['rejected', 'unscannable'],
  FAILED: ['rejected', 'unscannable'],
  SOMETHING_NEW: ['rejected', 'unscannable'],
};

/** Where an upload ends: its size is looked at before the verdict is waited for, its content after. */
const endOf = (kind: Kind, result: string): readonly [State, string | undefined] => {
  if (kind === 'larger') return ['rejected', REASON.larger];
  const end = END[result]!;
  return end[0] === 'ready' && REASON[kind] !== undefined ? ['rejected', REASON[kind]] : end;
};

describe('any events, of arrivals and verdicts, twice, late, at once and with crashes between any two steps', () => {
  it('end where the first object that was bound leads, and tell it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            kind: fc.constantFrom<Kind>('good', 'other', 'broken', 'lie', 'larger'),
            result: fc.oneof(fc.constant('NO_THREATS_FOUND'), fc.constantFrom(...Object.keys(END))),
            arrives: fc.integer({ min: 0, max: 2 }),
            judged: fc.integer({ min: 1, max: 2 }),
          }),
          {
            minLength: 1,
            maxLength: 3,
          },
        ),
        fc.gen(),
        async (uploads, random) => {
          const turns = new Turns();
          const world = new WatchedWorld({ contentType: 'image/png', bytes: photo.length }, async () => {
            world.watch();
            await turns.between();
          });
          const results = new Map<string, string>();
          const events = uploads.flatMap(({ kind, result, arrives, judged }, index) => {
            const arrival = world.upload(`${kind}-${index}`, UPLOADS[kind]);
            results.set(arrival.objectVersion, result);
            const judge = (): Promise<unknown> => {
              if (result === 'NO_THREATS_FOUND') world.foundClean.add(arrival.objectVersion);
              return world.judge(arrival, result);
            };
            return [
              ...Array.from({ length: arrives }, () => () => world.receive(arrival)),
              ...Array.from({ length: judged }, () => judge),
            ];
          });
          let crashesLeft = 6;
          await turns.run(
            events,
            (choices) => random(fc.nat, choices - 1),
            () => crashesLeft > 0 && random(fc.nat, 9) === 0 && crashesLeft-- > 0,
          );
          world.watch();
          expect(world.faults).toEqual([]);
          const media = world.media!;
          const kind = media.objectVersion!.split('-')[0] as Kind;
          expect(isFinal(media.state)).toBe(true);
          expect([media.state, media.reason]).toEqual(endOf(kind, results.get(media.objectVersion!)!));
          expect(world.announced).toContainEqual({ state: media.state, reason: media.reason });
          if (media.state !== 'ready') expect(world.clean.size).toBe(0);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('wait at the scan when there is no verdict, or one on another object', async () => {
    const world = new WatchedWorld({ contentType: 'image/png', bytes: photo.length });
    const arrival = world.upload('good-0', photo);
    expect(await world.receive(arrival)).toMatchObject({ state: 'scanning' });
    expect(await world.judge(world.upload('other-1', UPLOADS.other))).toMatchObject({ state: 'scanning' });
    expect(await world.receive(arrival)).toMatchObject({ state: 'scanning' });
    expect(world.clean.size).toBe(0);
    expect(await world.judge(arrival)).toMatchObject({ state: 'ready', objectVersion: 'good-0' });
  });
});
