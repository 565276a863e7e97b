import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cleanKeyOf } from '#table/media-keys.ts';
import { MEDIA_ID, MemoryWorld } from './memory-world.ts';
import { SMALLEST, sample } from './samples.ts';

beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});

/** What becomes of a file that is uploaded under a claim; the claimed size is the true one unless given. */
async function outcome(data: Uint8Array, contentType: string, bytes = data.length) {
  const world = new MemoryWorld({ contentType, bytes });
  const arrival = world.upload('v1', data);
  await world.receive(arrival);
  const media = await world.judge(arrival);
  return { world, state: media?.state, reason: media?.reason };
}

const REJECTED = (reason: string) => ({ state: 'rejected', reason });

describe('real photos', () => {
  it.each([
    ['Canon_40D.jpg', 'image/jpeg', 100, 68],
    ['DSCN0010.jpg', 'image/jpeg', 640, 480],
    ['DSCN0021.jpg', 'image/jpeg', 640, 480],
    ['image01551.jpg', 'image/jpeg', 61, 58],
    ['image01713.jpg', 'image/jpeg', 49, 500],
    ['landscape_6.jpg', 'image/jpeg', 600, 450],
    ['portrait_8.jpg', 'image/jpeg', 450, 600],
    ['Jobagent.tiff', 'image/tiff', 264, 84],
    ['smallest/jpeg.jpg', 'image/jpeg', 1, 1],
  ])('%s is ready at %s, %d by %d', async (name, contentType, width, height) => {
    const { world, state } = await outcome(sample(name), contentType);
    expect(state).toBe('ready');
    expect(world.states).toEqual(['requested', 'uploaded', 'scanning', 'processing', 'ready']);
    expect(world.announced.map((told) => told.state)).toEqual(['uploaded', 'scanning', 'processing', 'ready']);
    expect(world.media?.renditions?.find((made) => made.name === 'display')).toMatchObject({ width, height });
    for (const made of world.media?.renditions ?? []) {
      const data = world.clean.get(cleanKeyOf('acme', MEDIA_ID, 'v1', made.name))!;
      expect(data.length).toBe(made.bytes);
      expect(createHash('sha256').update(data).digest('hex')).toBe(made.sha256);
    }
    expect(world.clean.size).toBe(2);
  });

  it('HEIF of a phone is rejected because its codec is not decoded here', async () => {
    expect(await outcome(sample('samplefilehub.heif'), 'image/heic')).toMatchObject(REJECTED('codec_unsupported'));
    expect(await outcome(sample('smallest/heif.heif'), 'image/heif')).toMatchObject(REJECTED('codec_unsupported'));
  });

  it('AVIF is ready: the same container with a codec that is decoded', async () => {
    const avif = await sharp(sample('landscape_6.jpg')).avif({ effort: 0 }).toBuffer();
    expect(await outcome(avif, 'image/avif')).toMatchObject({ state: 'ready' });
  });
});

describe('the smallest file of every type', () => {
  const TRUTH: Record<string, string> = {
    'smallest/gif.gif': 'image/gif',
    'smallest/heif.heif': 'image/heif',
    'smallest/jpeg.jpg': 'image/jpeg',
  };

  it.each(SMALLEST.filter((name) => !(name in TRUTH)))('%s is no picture, whatever it claims', async (name) => {
    for (const claim of ['image/jpeg', 'image/png', 'image/heic', 'image/tiff']) {
      const { world, ...end } = await outcome(sample(name), claim);
      expect(end).toEqual(REJECTED('type_unsupported'));
      expect(world.clean.size).toBe(0);
      expect(world.announced.at(-1)).toEqual(REJECTED('type_unsupported'));
    }
  });

  it.each(Object.entries(TRUTH))('%s claims to be nothing but %s', async (name, truth) => {
    const lies = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/tiff', 'image/heic', 'image/avif'];
    for (const claim of lies.filter((lie) => lie !== truth && !(truth === 'image/heif' && lie === 'image/heic')))
      expect(await outcome(sample(name), claim)).toMatchObject(REJECTED('type_mismatch'));
  });

  it('a GIF without a frame cannot be read', async () => {
    expect(await outcome(sample('smallest/gif.gif'), 'image/gif')).toMatchObject(REJECTED('unreadable'));
  });
});

describe('broken and hostile files', () => {
  const photo = sample('landscape_6.jpg');

  it('nothing at all is empty', async () => {
    expect(await outcome(new Uint8Array(), 'image/jpeg', 10)).toMatchObject(REJECTED('empty'));
  });

  it.each([1, -1])('%d byte more or less than announced is not read', async (more) => {
    const { world, ...end } = await outcome(photo, 'image/jpeg', photo.length - more);
    expect(end).toEqual(REJECTED('size_mismatch'));
    expect(world.states).not.toContain('processing');
  });

  it('a photo that breaks off cannot be read, wherever it does', async () => {
    for (const part of [0.02, 0.1, 0.5, 0.9])
      expect(await outcome(photo.subarray(0, photo.length * part), 'image/jpeg')).toMatchObject(REJECTED('unreadable'));
  });

  it('a few bytes of a photo are not enough to tell what they are', async () => {
    expect(await outcome(photo.subarray(0, 2), 'image/jpeg')).toMatchObject({ state: 'rejected' });
  });

  it('a bomb of pixels is told from its header and never decoded', async () => {
    const bomb = await sharp({
      create: { width: 16_000, height: 16_000, channels: 3, background: '#fff' },
      limitInputPixels: false,
    })
      .png()
      .toBuffer();
    const { world, ...end } = await outcome(bomb, 'image/png');
    expect(end).toEqual(REJECTED('too_many_pixels'));
    expect(world.states).not.toContain('processing');
  });

  it.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['SVG with a declaration', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['a script', '#!/bin/sh\necho owned'],
  ])('%s is not taken', async (_name, text) => {
    expect(await outcome(Buffer.from(text), 'image/png')).toMatchObject(REJECTED('type_unsupported'));
  });

  it('a PDF with a JPEG’s first bytes cannot be read', async () => {
    const disguised = Buffer.concat([photo.subarray(0, 4), sample('smallest/pdf.pdf')]);
    expect(await outcome(disguised, 'image/jpeg')).toMatchObject(REJECTED('unreadable'));
  });

  it('a photo with a page behind it comes out as a photo only', async () => {
    const polyglot = Buffer.concat([photo, Buffer.from('<html><script>alert(1)</script></html>')]);
    const { world, state } = await outcome(polyglot, 'image/jpeg');
    expect(state).toBe('ready');
    for (const data of world.clean.values()) expect(Buffer.from(data).includes('<script')).toBe(false);
  });

  it('no byte changed in a small photo makes processing throw', async () => {
    const small = await sharp(photo).resize(40).jpeg().toBuffer();
    const ends = new Set<string | undefined>();
    for (let at = 0; at < small.length; at += 23) {
      const broken = Buffer.from(small);
      broken[at] = broken[at]! ^ 0xff;
      ends.add((await outcome(broken, 'image/jpeg')).state);
    }
    expect([...ends].sort()).toEqual(['ready', 'rejected']);
  });
});

describe('events', () => {
  const photo = sample('image01551.jpg');

  it('about a key that nobody asked for change nothing', async () => {
    const world = new MemoryWorld({ contentType: 'image/jpeg', bytes: photo.length });
    const arrival = world.upload('v1', photo);
    world.media = undefined;
    expect(await world.judge(arrival)).toBeUndefined();
    expect(world.clean.size + world.announced.length).toBe(0);
  });

  it('that come again tell the result again and do nothing else', async () => {
    const world = new MemoryWorld({ contentType: 'image/jpeg', bytes: photo.length });
    const arrival = world.upload('v1', photo);
    const first = await world.judge(arrival);
    world.clean.clear();
    expect(await world.judge(arrival)).toEqual(first);
    expect(world.clean.size).toBe(0);
    expect(world.announced.map(({ state }) => state)).toEqual(['uploaded', 'scanning', 'processing', 'ready', 'ready']);
  });

  it('about another version of the object are not looked at', async () => {
    const world = new MemoryWorld({ contentType: 'image/jpeg', bytes: photo.length });
    const first = await world.judge(world.upload('v1', photo));
    const told = world.announced.length;
    const replaced = Buffer.from(photo.toReversed());
    expect(await world.judge(world.upload('v2', replaced))).toEqual(first);
    expect(world.announced.length).toBe(told);
  });

  it('about an object under the key of another kind change nothing', async () => {
    const world = new MemoryWorld({ contentType: 'image/jpeg', bytes: photo.length });
    const arrival = { ...world.upload('v1', photo), kind: 'file' as const };
    expect(await world.receive(arrival)).toBeUndefined();
    expect(await world.judge(arrival)).toBeUndefined();
    expect(world.states).toEqual(['requested']);
  });

  it('about an object that is gone reject it', async () => {
    const world = new MemoryWorld({ contentType: 'image/jpeg', bytes: photo.length });
    const arrival = world.upload('v1', photo);
    world.remove('v1');
    expect(await world.judge(arrival)).toMatchObject(REJECTED('replaced'));
  });

  it.each(['find', 'move', 'measure', 'open', 'put', 'announce'] as const)(
    'during an outage of %s throw, and are finished by the next try',
    async (failing) => {
      let out = true;
      const world = new MemoryWorld({ contentType: 'image/jpeg', bytes: photo.length }, async (step) => {
        if (out && step === failing) throw new Error('outage');
      });
      const arrival = world.upload('v1', photo);
      await expect(world.judge(arrival)).rejects.toThrow('outage');
      expect(world.media?.state).not.toBe('rejected');
      out = false;
      expect(await world.judge(arrival)).toMatchObject({ state: 'ready' });
      expect(world.announced.at(-1)?.state).toBe('ready');
    },
  );
});
