import { useTable } from '../support/table.ts';

useTable();

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { emptyCounter, hourOf, type MediaLimits, UNLIMITED } from '#domain/media-quota.ts';
import { Refusal } from '#domain/refusal.ts';
import { listDue } from '#table/due.ts';
import { scope } from '#table/entity.ts';
import { findMedia, givenUpAt, MediaEntity, moveMedia, type StoredMedia } from '#table/media.ts';
import { findCounters, MediaCounterEntity } from '#table/media-quota.ts';
import { createMedia, forgetMedia } from '#table/media-upload.ts';
import { tableName } from '#table/table-name.ts';

const NOW = Date.now();
const HOUR_MS = 3_600_000;
let count = 0;
const someTenant = () => scope(`quota-${count++}`);
const media = (change: Partial<StoredMedia> = {}): StoredMedia => ({
  mediaId: `med_${String(count++).padStart(22, '0')}`,
  ownerId: 'ada',
  state: 'requested',
  fileName: 'engine.jpg',
  contentType: 'image/jpeg',
  bytes: 10,
  createdAt: NOW,
  version: 1,
  ...change,
});
const only = (user: Partial<MediaLimits>, tenant: Partial<MediaLimits> = {}) => ({
  user: { ...UNLIMITED, ...user },
  tenant: { ...UNLIMITED, ...tenant },
});
type Tenant = ReturnType<typeof scope>;

/** `done`, or the code it was refused with; where it met too many others, once more, as a client does. */
const ask = async (tenant: Tenant, one: StoredMedia, limits = only({})): Promise<string> => {
  for (;;) {
    try {
      return (await createMedia(tenant, one, limits)) ? 'done' : 'taken';
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code !== 'service.contended') return error.code;
    }
  }
};
const end = async (tenant: Tenant, one: StoredMedia, to: 'ready' | 'rejected' | 'expired'): Promise<StoredMedia> => {
  const path = {
    ready: ['uploaded', 'scanning', 'processing', 'ready'],
    rejected: ['uploaded', 'rejected'],
    expired: ['expired'],
  } as const;
  let at = (await findMedia(tenant, one.mediaId, NOW))!;
  for (const state of path[to])
    at = (await moveMedia(tenant, at, state === 'expired' ? undefined : 'v', { to: state }, NOW))!;
  return at;
};

describe('bytes', () => {
  it('are never reserved beyond a limit, however many ask at once, and up to it they are', async () => {
    const tenant = someTenant();
    const limits = only({ bytes: 305 }, { bytes: 405 });
    const asks = Array.from({ length: 100 }, (_, index) => media({ ownerId: index % 2 ? 'ada' : 'bob', bytes: 10 }));
    const outcomes = await Promise.all(asks.map((one) => ask(tenant, one, limits)));
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(40);
    expect(new Set(outcomes)).toEqual(new Set(['done', 'media.quota_exceeded']));
    const [ada, all] = await findCounters(tenant, 'ada');
    const [bob] = await findCounters(tenant, 'bob');
    expect(all).toMatchObject({ held: 400, pending: 40, used: 0, day: 400 });
    expect(ada!.held + bob!.held).toBe(400);
    expect(await ask(tenant, media({ bytes: 5, ownerId: 'cleo' }), limits)).toBe('done');
    expect(await ask(tenant, media({ bytes: 1, ownerId: 'cleo' }), limits)).toBe('media.quota_exceeded');
  });

  it('of a day, and uploads under way, are never more than may be, however many ask at once', async () => {
    for (const [limits, code] of [
      [only({ bytesPerDay: 55 }), 'media.quota_exceeded'],
      [only({}, { bytesPerDay: 55 }), 'media.quota_exceeded'],
      [only({ pending: 5 }), 'media.too_many_pending'],
    ] as const) {
      const tenant = someTenant();
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => ask(tenant, media(), limits)));
      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(5);
      expect(new Set(outcomes)).toEqual(new Set(['done', code]));
    }
  });

  it('say why they are refused, and when there is room again', async () => {
    const tenant = someTenant();
    const limits = only({ bytes: 100, bytesPerDay: 40 });
    await ask(tenant, media({ bytes: 40 }), limits);
    await expect(createMedia(tenant, media({ bytes: 61 }), limits)).rejects.toMatchObject({
      details: { of: 'user', per: null, limit: 100, used: 0, reserved: 40, resetsAt: null },
    });
    await expect(createMedia(tenant, media({ bytes: 1 }), limits)).rejects.toMatchObject({
      details: {
        of: 'user',
        per: 'day',
        limit: 40,
        used: 40,
        resetsAt: new Date((hourOf(NOW) + 25) * HOUR_MS).toISOString(),
      },
    });
    const later = { createdAt: (hourOf(NOW) + 25) * HOUR_MS };
    expect(await ask(tenant, media({ ...later, createdAt: later.createdAt - 1 }), limits)).toBe('media.quota_exceeded');
    expect(await ask(tenant, media(later), limits)).toBe('done');
    // A clock that is behind counts in the hour that there is.
    expect(await ask(tenant, media({ bytes: 31 }), limits)).toBe('media.quota_exceeded');
    expect(await ask(tenant, media({ bytes: 30 }), limits)).toBe('done');
    expect((await findCounters(tenant, 'ada'))[0]).toMatchObject({ day: 40, hour: hourOf(NOW) + 25, held: 80 });
  });

  it('are settled with the edge that ends the upload, once, whoever takes it', async () => {
    const tenant = someTenant();
    const [kept, bad, gone] = [media({ bytes: 7 }), media({ bytes: 20 }), media({ bytes: 300 })];
    for (const one of [kept, bad, gone]) expect(await ask(tenant, one)).toBe('done');
    const ready = await end(tenant, kept, 'ready');
    await end(tenant, bad, 'rejected');
    const before = (await findMedia(tenant, gone.mediaId, NOW))!;
    const ends = await Promise.all(
      Array.from({ length: 8 }, () =>
        moveMedia(tenant, before, undefined, { to: 'expired' }, NOW).catch(() => undefined),
      ),
    );
    expect(ends.filter((ended) => ended !== undefined)).toHaveLength(1);
    for (const counter of await findCounters(tenant, 'ada'))
      expect(counter).toMatchObject({ held: 7, used: 7, pending: 0, day: 27 });
    expect(await findMedia(tenant, kept.mediaId, NOW)).toEqual(ready);
    expect(await findMedia(tenant, gone.mediaId, NOW)).toEqual(ends.find((ended) => ended));
  });

  it('are given back when a media is removed, once, and not while something shows it', async () => {
    const tenant = someTenant();
    const one = media({ bytes: 7 });
    await ask(tenant, one);
    await expect(forgetMedia(tenant, (await findMedia(tenant, one.mediaId, NOW))!)).rejects.toThrow('has not ended');
    const ready = await end(tenant, one, 'ready');
    const Item = MediaEntity.toItem(tenant, one.mediaId, { ...ready, refs: 1 });
    await documents.put({ TableName: tableName(), Item });
    expect(await forgetMedia(tenant, ready)).toBe(false);
    await documents.put({ TableName: tableName(), Item: { ...Item, refs: 0 } });
    const gone = await Promise.all(Array.from({ length: 4 }, () => forgetMedia(tenant, ready).catch(() => false)));
    expect(gone.filter(Boolean)).toHaveLength(1);
    expect((await findCounters(tenant, 'ada'))[0]).toMatchObject({ held: 0, used: 0, pending: 0 });
    expect(await findMedia(tenant, one.mediaId, NOW)).toBeUndefined();
  });

  it('of an upload whose hour counts no more are given back without it', async () => {
    const tenant = someTenant();
    const one = media({ bytes: 9 });
    await ask(tenant, one);
    await ask(tenant, media({ bytes: 1, createdAt: NOW + 30 * HOUR_MS }));
    await end(tenant, one, 'expired');
    expect((await findCounters(tenant, 'ada'))[0]).toMatchObject({ held: 1, day: 1, pending: 1 });
  });

  it('are not reserved twice under one id', async () => {
    const tenant = someTenant();
    const one = media();
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => ask(tenant, one)));
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
    expect((await findCounters(tenant, 'ada'))[1]).toMatchObject({ held: 10, pending: 1 });
    // Full, and asked for again: it is still the same upload.
    expect(await ask(tenant, one, only({ bytes: 1 }))).toBe('taken');
  });

  it('come to what a plain sum says, in any order, at once', async () => {
    const step = fc.record({
      bytes: fc.integer({ min: 1, max: 40 }),
      end: fc.constantFrom('ready', 'rejected', 'expired', 'none'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const tenant = someTenant();
        const done = await Promise.all(
          steps.map(async ({ bytes, end: to }) => {
            const one = media({ bytes });
            const outcome = await ask(tenant, one, only({ bytes: 100 }));
            if (outcome === 'done' && to !== 'none') await end(tenant, one, to as 'ready');
            return { bytes, to, outcome };
          }),
        );
        const mine = done.filter(({ outcome }) => outcome === 'done');
        const sum = (...ends: string[]) =>
          mine.filter(({ to }) => ends.includes(to)).reduce((all, { bytes }) => all + bytes, 0);
        const [counter = emptyCounter(0)] = await findCounters(tenant, 'ada');
        expect(counter).toMatchObject({
          held: sum('ready', 'none'),
          used: sum('ready'),
          day: sum('ready', 'none', 'rejected'),
        });
        expect(counter.held).toBeLessThanOrEqual(100);
      }),
      { numRuns: 15 },
    );
  });
});

describe('an upload', () => {
  it('is on the list of what falls due, at the time it is given up', async () => {
    const tenant = someTenant();
    const one = media();
    await ask(tenant, one);
    const lists = await Promise.all(
      [0, 1, 2, 3].map((part) => listDue(part, givenUpAt(one), { after: undefined, limit: 1_000 }, 'MEDIA')),
    );
    expect(lists.flatMap(({ due }) => due)).toContainEqual({
      tenant,
      userId: 'ada',
      id: one.mediaId,
      at: givenUpAt(one),
    });
  });

  it('that was never counted is not settled', async () => {
    const tenant = someTenant();
    const one = media();
    await documents.put({ TableName: tableName(), Item: MediaEntity.toItem(tenant, one.mediaId, one) });
    expect(await end(tenant, one, 'ready')).toMatchObject({ state: 'ready' });
    expect(await findCounters(tenant, 'ada')).toEqual([undefined, undefined]);
    expect(MediaCounterEntity.key(tenant, undefined).pk.startsWith('T#')).toBe(true);
  });
});
