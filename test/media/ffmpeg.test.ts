import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { DECODER_NAMES, MAX_FRAME_PIXELS } from '#domain/recording.ts';
import { ffmpeg, input } from '#functions/media/ffmpeg.ts';
import { readTracks } from '#functions/media/packets.ts';
import { fileOf, freshPath, H264, picture, record } from './recordings.ts';

const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

/** Puts a program of this shell source where ffmpeg is found. */
function pretend(source: string): void {
  const folder = freshPath('bin');
  mkdirSync(folder);
  const program = join(folder, 'ffmpeg');
  writeFileSync(program, `#!/bin/sh\n${source}\n`);
  chmodSync(program, 0o755);
  process.env['PATH'] = [folder, path].join(delimiter);
}

const run = { seconds: 60 };

describe('a run of ffmpeg', () => {
  it('that takes too long is killed, whatever it does about it', async () => {
    pretend("trap '' TERM INT HUP; while :; do :; done");
    expect(await ffmpeg([], { seconds: 0.5 })).toMatchObject({ failure: 'timed_out' });
  });

  it('that takes too long is killed while its output is read', async () => {
    pretend('while :; do echo 0123456789; done');
    let read = 0;
    const ended = ffmpeg([], {
      seconds: 0.5,
      read: async (output) => {
        for await (const chunk of output) read += (chunk as Buffer).length;
      },
    });
    expect(await ended).toMatchObject({ failure: 'timed_out' });
    expect(read).toBeGreaterThan(0);
  });

  it.each([
    ['is refused for what the file says', 'exit 183', 'unreadable'],
    ['finds no decoder', 'exit 8', 'codec_unsupported'],
    ['crashes', 'kill -SEGV $$', 'unreadable'],
    ['aborts', 'kill -ABRT $$', 'unreadable'],
    ['ends well', 'exit 0', undefined],
  ])('that %s is an answer', async (_what, source, failure) => {
    pretend(source);
    expect((await ffmpeg([], run)).failure).toBe(failure);
  });

  it.each([
    ['has no space left', 'exit 228'],
    ['cannot read the disk', 'exit 251'],
    ['cannot be started', 'exit 126'],
    ['is killed from outside', 'kill -KILL $$'],
  ])('that %s is an outage', async (_what, source) => {
    pretend(source);
    await expect(ffmpeg([], run)).rejects.toThrow(/ffmpeg ended with/);
  });

  it('without the program is an outage', async () => {
    process.env['PATH'] = freshPath('nothing');
    await expect(ffmpeg([], run)).rejects.toThrow(/ffmpeg ended with 127/);
  });

  it('ends when what reads its output fails', async () => {
    pretend('while :; do echo 0123456789; done');
    const read = async () => {
      throw new Error('the reader');
    };
    await expect(ffmpeg([], { seconds: 60, read })).rejects.toThrow('the reader');
  });

  it('knows nothing of the function’s environment and has a bound on its memory', async () => {
    process.env['AWS_SECRET_ACCESS_KEY'] = 'not for ffmpeg';
    pretend('env; ulimit -v');
    let said = '';
    await ffmpeg([], {
      ...run,
      read: async (output) => {
        said = await text(output);
      },
    });
    expect(said).toContain('PATH=');
    expect(said).not.toContain('AWS_');
    expect(said).toMatch(/^2097152$/m);
  });

  it('keeps the end of what it complains of', async () => {
    pretend('for n in $(seq 20000); do echo "complaint $n" >&2; done; exit 1');
    const { said } = await ffmpeg([], run);
    expect(said.length).toBeLessThanOrEqual(2_000);
    expect(said).toMatch(/complaint 20000\n$/);
  });
});

describe('an untrusted file', () => {
  it('is opened with every bound there is', () => {
    const args = input('/tmp/x', 'matroska');
    const option = (name: string) => args[args.indexOf(name) + 1];
    expect(option('-protocol_whitelist')).toBe('file');
    expect(option('-format_whitelist')).toBe('matroska');
    expect(option('-codec_whitelist')?.split(',')).toEqual(DECODER_NAMES);
    expect(option('-max_pixels')).toBe(String(MAX_FRAME_PIXELS));
    expect(option('-f')).toBe('matroska');
    expect(option('-i')).toBe('file:/tmp/x');
  });

  it.each([
    ['HLS', (url: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n${url}\n#EXT-X-ENDLIST\n`],
    ['a concat script', (url: string) => `ffconcat version 1.0\nfile '${url}'\n`],
    ['DASH', (url: string) => `<?xml version="1.0"?><MPD><Period><BaseURL>${url}</BaseURL></Period></MPD>`],
    ['SDP', () => 'v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n'],
    ['an image sequence', () => '/etc/%s'],
  ])('that is %s makes ffmpeg read nothing else', async (_name, source) => {
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      asked.push(url);
      response.end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const secret = record('secret.mp4', ...picture('64x64', 1), ...H264);
    for (const target of [`http://127.0.0.1:${port}/x.mp4`, `file://${secret}`, secret])
      for (const container of ['mov', 'matroska', 'mp3', 'aac', 'ogg', 'wav', 'flac'] as const) {
        const tracks = await readTracks(fileOf('list.mp4', source(target)), container);
        expect(tracks === 'unreadable' || tracks.length === 0).toBe(true);
      }
    server.close();
    expect(asked).toEqual([]);
  });
});
