import { useTable } from '../support/table.ts';

useTable();

import { beforeEach, describe, expect, it } from 'vitest';
import { scope } from '#table/entity.ts';
import { findMedia, moveMedia, type StoredMedia } from '#table/media.ts';
import { createMedia } from '#table/media-upload.ts';

const acme = scope('acme');
// Whole seconds, and today: what lies in the past may be swept while the test looks at it.
const NOW = Math.floor(Date.now() / 1_000) * 1_000;

let mediaId: string;
let count = 0;
beforeEach(() => {
  mediaId = `med_${String(count++).padStart(22, '0')}`;
});

const requested = (change: Partial<StoredMedia> = {}): StoredMedia => ({
  mediaId,
  ownerId: 'ada',
  state: 'requested',
  fileName: 'engine.jpg',
  contentType: 'image/jpeg',
  bytes: 1_000,
  createdAt: NOW,
  version: 1,
  ...change,
});

const renditions: StoredMedia['renditions'] = [
  { name: 'display', contentType: 'image/webp', width: 2, height: 1, bytes: 3, sha256: 'ab' },
];

async function ready(): Promise<StoredMedia> {
  const media = requested();
  await createMedia(acme, media);
  const uploaded = await moveMedia(acme, media, 'v1', { to: 'uploaded' });
  const scanning = await moveMedia(acme, uploaded!, 'v1', { to: 'scanning' });
  const processing = await moveMedia(acme, scanning!, 'v1', { to: 'processing' });
  return (await moveMedia(acme, processing!, 'v1', { to: 'ready', renditions }))!;
}

describe('a media', () => {
  it('comes back as it was written', async () => {
    expect(await createMedia(acme, requested())).toBe(true);
    expect(await findMedia(acme, mediaId, NOW)).toEqual({ ...requested(), counted: Math.floor(NOW / 3_600_000) });
  });

  it('is not overwritten by another under its id', async () => {
    await createMedia(acme, requested());
    expect(await createMedia(acme, requested({ ownerId: 'eve' }))).toBe(false);
    expect((await findMedia(acme, mediaId, NOW))?.ownerId).toBe('ada');
  });

  it('is seen for thirty days after nothing came of it, and gone then, though DynamoDB has not deleted it', async () => {
    await createMedia(acme, requested());
    const expired = await moveMedia(acme, (await findMedia(acme, mediaId, NOW))!, undefined, { to: 'expired' }, NOW);
    expect(expired).toMatchObject({ state: 'expired', orphanSince: NOW });
    expect(expired).not.toHaveProperty('objectVersion');
    const end = NOW + 30 * 86_400_000;
    expect(await findMedia(acme, mediaId, end - 1)).toEqual(expired);
    expect(await findMedia(acme, mediaId, end)).toBeUndefined();
    expect(await createMedia(acme, requested({ createdAt: end - 1 }))).toBe(false);
    expect(await createMedia(acme, requested({ createdAt: end }))).toBe(true);
  });

  it('does not go away once something was uploaded', async () => {
    await ready();
    expect(await findMedia(acme, mediaId, NOW * 2)).toMatchObject({ state: 'ready' });
    expect(await createMedia(acme, requested({ createdAt: NOW * 2 }))).toBe(false);
  });
});

describe('an edge', () => {
  it('is taken once, from the state it leaves', async () => {
    const media = requested();
    await createMedia(acme, media);
    const moved = await moveMedia(acme, media, 'v1', { to: 'uploaded' });
    expect(moved).toMatchObject({ state: 'uploaded', objectVersion: 'v1', version: 2 });
    expect(await moveMedia(acme, media, 'v1', { to: 'uploaded' })).toBeUndefined();
    expect(await findMedia(acme, mediaId, NOW)).toEqual(moved);
  });

  it('is taken by one of many that try at once, and binds that one’s object', async () => {
    const media = requested();
    await createMedia(acme, media);
    const tries = Array.from({ length: 16 }, (_, index) => moveMedia(acme, media, `v${index}`, { to: 'uploaded' }));
    const won = (await Promise.all(tries)).filter((moved) => moved !== undefined);
    expect(won).toHaveLength(1);
    expect((await findMedia(acme, mediaId, NOW))?.objectVersion).toBe(won[0]!.objectVersion);
  });

  it('after the first is not taken for another version of the object', async () => {
    const media = requested();
    await createMedia(acme, media);
    const uploaded = (await moveMedia(acme, media, 'v1', { to: 'uploaded' }))!;
    expect(await moveMedia(acme, uploaded, 'v2', { to: 'scanning' })).toBeUndefined();
    expect(await moveMedia(acme, uploaded, 'v2', { to: 'rejected', reason: 'unreadable' })).toBeUndefined();
    expect((await findMedia(acme, mediaId, NOW))?.state).toBe('uploaded');
  });

  it('is not taken from a state the media has left, by the same object’s own late event', async () => {
    const media = requested();
    await createMedia(acme, media);
    const uploaded = (await moveMedia(acme, media, 'v1', { to: 'uploaded' }))!;
    const scanning = (await moveMedia(acme, uploaded, 'v1', { to: 'scanning' }))!;
    const processing = (await moveMedia(acme, scanning, 'v1', { to: 'processing' }))!;
    const end = await moveMedia(acme, processing, 'v1', { to: 'ready', renditions });
    expect(await moveMedia(acme, processing, 'v1', { to: 'rejected', reason: 'unreadable' })).toBeUndefined();
    expect(await moveMedia(acme, uploaded, 'v1', { to: 'scanning' })).toBeUndefined();
    expect(await findMedia(acme, mediaId, NOW)).toEqual(end);
  });

  it('carries what became known', async () => {
    expect(await ready()).toMatchObject({ state: 'ready', renditions, version: 5 });
    mediaId = mediaId.replace('med_0', 'med_r');
    await createMedia(acme, requested());
    const uploaded = (await moveMedia(acme, requested(), 'v1', { to: 'uploaded' }))!;
    const rejected = await moveMedia(acme, uploaded, 'v1', { to: 'rejected', reason: 'type_mismatch' });
    expect(rejected).toMatchObject({ state: 'rejected', reason: 'type_mismatch' });
  });

  it('that does not exist is a fault of ours', async () => {
    const media = await ready();
    for (const to of ['requested', 'uploaded', 'processing', 'rejected'] as const)
      await expect(moveMedia(acme, media, 'v1', { to })).rejects.toThrow('no edge leads');
    expect((await findMedia(acme, mediaId, NOW))?.state).toBe('ready');
  });

  it('of a media that is not there is not taken and makes none', async () => {
    expect(await moveMedia(acme, requested(), 'v1', { to: 'uploaded' })).toBeUndefined();
    expect(await findMedia(acme, mediaId, NOW)).toBeUndefined();
  });
});
