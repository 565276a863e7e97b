import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Arrival } from '#functions/media/object-key.ts';
import { type RecordingStores, recordingWork } from '#functions/media/recording-work.ts';
import type { ObjectVersion } from '#gateways/quarantine.ts';
import type { Edge, StoredMedia } from '#table/media.ts';
import { cleanKeyOf } from '#table/media-keys.ts';
import { MEDIA_ID, TENANT } from './memory-world.ts';
import { freshPath, H264, picture, record, sound } from './recordings.ts';

const before = { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] };
afterEach(() => {
  process.env['PATH'] = before.PATH;
  if (before.TMPDIR === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before.TMPDIR;
});

/** Gives the function a disk of its own; answers what lies on it. */
function ownDisk(): () => string[] {
  const disk = freshPath('tmp');
  mkdirSync(disk);
  process.env['TMPDIR'] = disk;
  return () => readdirSync(disk);
}

const keyOf = (name: Parameters<typeof cleanKeyOf>[3]) => cleanKeyOf('acme', MEDIA_ID, 'v1', name);

/** Stores in memory over one uploaded file; `change` replaces some of them. */
function stores(file: string, change: Partial<RecordingStores> = {}) {
  const clean = new Map<string, Uint8Array>();
  const all: RecordingStores = {
    open: async () => ({
      bytes: readFileSync(file).length,
      read: async () => {
        throw new Error('it is read all at once');
      },
      parts: async function* () {
        yield readFileSync(file);
      },
      discard: () => {},
    }),
    download: async (_upload, path) => copyFileSync(file, path),
    put: async (key, { data }) => void clean.set(key, data),
    putFile: async (key, { file: made }) => void clean.set(key, readFileSync(made)),
    keep: async (_object: ObjectVersion, key) => {
      clean.set(key, readFileSync(file));
      return createHash('sha256').update(readFileSync(file)).digest('hex');
    },
    ...change,
  };
  return { clean, work: recordingWork(all) };
}

const made = (work: ReturnType<typeof recordingWork>, contentType: string): Promise<Edge> =>
  work.make(
    { mediaId: MEDIA_ID, contentType } as StoredMedia,
    {
      tenant: TENANT,
      object: { key: '', versionId: 'v1', eTag: undefined },
      objectVersion: 'v1',
    } as Arrival,
  );

describe('work on a recording', () => {
  const video = record('x.mp4', ...picture('64x64', 1), ...sound(1), ...H264, '-c:a', 'aac');

  it('stores what was made of a video, tells what it found and leaves the disk empty', async () => {
    const disk = ownDisk();
    const { clean, work } = stores(video);
    const edge = await made(work, 'video/mp4');
    expect(edge).toMatchObject({ to: 'ready', found: 'video/mp4', width: 64, height: 64, codec: 'h264' });
    expect([...clean.keys()].sort()).toEqual([keyOf('poster'), keyOf('thumbnail'), keyOf('video')].sort());
    for (const { name, bytes } of edge.renditions!) expect(clean.get(keyOf(name))!.length).toBe(bytes);
    expect(JSON.stringify(edge)).not.toContain('content"');
    expect(disk()).toEqual([]);
  });

  it('keeps the original of what is too long, beside its poster', async () => {
    const long = record('x.mp4', ...picture('64x64', 660, 1), '-c:v', 'mpeg4');
    const { clean, work } = stores(long);
    const { renditions } = await made(work, 'video/mp4');
    expect(renditions!.map(({ name }) => name)).toEqual(['poster', 'thumbnail', 'original']);
    expect(renditions!.at(-1)).toMatchObject({
      contentType: 'application/octet-stream',
      bytes: readFileSync(long).length,
    });
    expect(clean.get(keyOf('original'))).toEqual(readFileSync(long));
  });

  it('stores nothing when the last of what is made fails', async () => {
    const programs = freshPath('bin');
    mkdirSync(programs);
    // Everything but the encoding goes well.
    writeFileSync(
      `${programs}/ffmpeg`,
      `#!/bin/sh\ncase "$*" in *libx264*) exit 183;; esac\nPATH='${before.PATH}' exec ffmpeg "$@"\n`,
      { mode: 0o755 },
    );
    process.env['PATH'] = [programs, before.PATH].join(delimiter);
    const disk = ownDisk();
    const { clean, work } = stores(video);
    expect(await made(work, 'video/mp4')).toEqual({ to: 'rejected', reason: 'unreadable' });
    expect([...clean.keys()]).toEqual([]);
    expect(disk()).toEqual([]);
  });

  it.each([
    ['before it is fetched', { open: async () => undefined }],
    ['while it is worked on', { keep: async () => undefined }],
  ])('says so when the upload was replaced %s', async (_when, change) => {
    const long = record('x.mp4', ...picture('64x64', 660, 1), '-c:v', 'mpeg4');
    expect(await made(stores(long, change).work, 'video/mp4')).toEqual({ to: 'rejected', reason: 'replaced' });
  });

  it.each(['download', 'put', 'putFile'] as const)(
    'fails with %s, to be tried again, with an empty disk',
    async (name) => {
      const disk = ownDisk();
      const { work } = stores(video, { [name]: () => Promise.reject(new Error('ENOSPC')) });
      await expect(made(work, 'video/mp4')).rejects.toThrow('ENOSPC');
      expect(disk()).toEqual([]);
    },
  );
});
