import { createHash } from 'node:crypto';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { isFinal, mayMove } from '#domain/media.ts';
import { processUpload } from '#functions/media/process-upload.ts';
import type { StoredMedia } from '#table/media.ts';
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

  watch(): void {
    const { media, states } = this;
    for (const [index, state] of states.entries())
      if (index > 0 && !mayMove(states[index - 1] as State, state as State))
        this.faults.push(`${states[index - 1]} became ${state}`);
    if (media?.state !== 'ready') return;
    for (const { name, sha256 } of media.renditions ?? []) {
      const data = this.clean.get(`acme/${MEDIA_ID}/${name}`);
      if (!data || createHash('sha256').update(data).digest('hex') !== sha256)
        this.faults.push(`ready before ${name} was stored`);
    }
    if (media.renditions?.length !== 2) this.faults.push('ready without both renditions');
  }
}

it('another picture has as many bytes, or it would be told apart by its size', () => {
  expect(UPLOADS.other.length).toBe(photo.length);
});

describe('any events, twice, late, at once and with crashes between any two steps', () => {
  it('end where the first object that was bound leads, and tell it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            kind: fc.constantFrom<Kind>('good', 'other', 'broken', 'lie', 'larger'),
            times: fc.integer({ min: 1, max: 3 }),
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
          const arrivals = uploads.flatMap(({ kind, times }, index) =>
            Array.from({ length: times }, () => world.upload(`${kind}-${index}`, UPLOADS[kind])),
          );
          let crashesLeft = 6;
          await turns.run(
            arrivals.map((arrival) => () => processUpload(arrival, world)),
            (choices) => random(fc.nat, choices - 1),
            () => crashesLeft > 0 && random(fc.nat, 9) === 0 && crashesLeft-- > 0,
          );
          world.watch();
          expect(world.faults).toEqual([]);
          const media = world.media!;
          const bound = media.objectVersion!.split('-')[0] as Kind;
          expect(isFinal(media.state)).toBe(true);
          expect([media.state, media.reason]).toEqual([
            REASON[bound] === undefined ? 'ready' : 'rejected',
            REASON[bound],
          ]);
          expect(world.announced).toContainEqual({ state: media.state, reason: media.reason });
          if (media.state === 'rejected') expect(world.clean.size).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});
