import exifr from 'exifr';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { answeredAs } from '#domain/download.ts';
import { scanBySignatures } from '#functions/media/scan.ts';
import { everyOddFile } from './corpus-files.ts';
import { MemoryWorld } from './memory-world.ts';
import type { Odd } from './odd-file.ts';
import { sample } from './samples.ts';

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});

/** What a browser would take bytes for when nobody told it: the patterns of https://mimesniff.spec.whatwg.org, written down once more. */
function looksActive(data: Uint8Array): boolean {
  const bytes = Buffer.from(data);
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const start = (utf16 ? bytes.subarray(2).toString('utf16le') : bytes.toString('latin1').replace(/^ï»¿/, ''))
    .slice(0, 4_000)
    .replace(/^[\t\n\f\r ]+/, '');
  const tags =
    '!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--|svg|object|embed|\\?php|form|img';
  return (
    new RegExp(`^<(?:${tags})[\\s>/-]`, 'i').test(start) ||
    /^<\?xml[^>]*>.*<(?:\w+:)?(?:svg|html|stylesheet)[\s>]/is.test(start) ||
    /^(?:MZ|#!|\x7fELF|\0asm|FWS|CWS|ZWS|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe|@echo|\[InternetShortcut|\[Desktop Entry)/i.test(
      start,
    )
  );
}

/** Leads a file through all that an upload goes through; the scan is the one of laptops. */
async function lead({ contentType, data }: Pick<Odd, 'contentType' | 'data'>) {
  const world = new MemoryWorld({ contentType, bytes: data.length, jpeg: true });
  const arrival = world.upload('v1', data);
  await world.receive(arrival);
  const parts = async function* () {
    for (let at = 0; at < data.length; at += 65_536) yield data.subarray(at, at + 65_536);
  };
  const { status } = await scanBySignatures({ parts, discard: () => undefined });
  const media = await world.judge(arrival, status);
  return { world, media: media! };
}

describe('hostile and odd files', () => {
  it('end as they must, none crashes anything, and nothing active is served of any', async () => {
    const files = await everyOddFile();
    expect(files.length).toBeGreaterThanOrEqual(200);
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
    const wrong: string[] = [];
    for (const file of files) {
      const { world, media } = await lead(file);
      const end = media.state === 'rejected' ? (media.reason ?? '?') : media.state;
      if (!file.ends.includes(end)) wrong.push(`${file.name}: ${end}, not ${file.ends.join(' or ')}`);
      if (media.state !== 'ready' && world.clean.size > 0)
        wrong.push(`${file.name}: something is stored though it is ${end}`);
      for (const [key, stored] of world.clean) {
        const { name = '?', contentType = '?' } = media.renditions?.find((made) => key.endsWith(`/${made.name}`)) ?? {};
        if (looksActive(stored)) wrong.push(`${file.name}: ${name} is active`);
        const known =
          name === 'original' ? 'application/octet-stream' : name.endsWith('-jpeg') ? 'image/jpeg' : 'image/webp';
        if (contentType !== known) wrong.push(`${file.name}: ${name} is served as ${contentType}`);
        if (name === 'original') {
          const { disposition } = answeredAs({ name, contentType }, file.name);
          if (!disposition.startsWith('attachment')) wrong.push(`${file.name}: shown in place`);
        } else if (/<script|<html|<\?php|EICAR/i.test(Buffer.from(stored).toString('latin1')))
          wrong.push(`${file.name}: ${name} carries what was behind it`);
        else if (
          await exifr
            .parse(stored, true)
            .then((tags) => tags && ('latitude' in tags || 'GPSLatitude' in tags || 'Make' in tags))
            .catch(() => false)
        )
          wrong.push(`${file.name}: ${name} tells where or with what it was taken`);
      }
    }
    expect(wrong).toEqual([]);
  }, 300_000);

  it('with a place in them are seen to have one by another reader, and then none', async () => {
    for (const name of ['DSCN0010.jpg', 'DSCN0021.jpg']) {
      const data = sample(name);
      expect(await exifr.gps(data)).toMatchObject({ latitude: expect.any(Number) });
      const { world } = await lead({ contentType: 'image/jpeg', data });
      expect(world.clean.size).toBe(4);
      for (const stored of world.clean.values()) {
        expect(await exifr.gps(Buffer.from(stored)).catch(() => undefined)).toBeUndefined();
        expect(
          await exifr.parse(Buffer.from(stored), { xmp: true, iptc: true, icc: true }).catch(() => undefined),
        ).toBeUndefined();
      }
    }
  });
});
