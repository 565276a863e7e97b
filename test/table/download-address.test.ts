import { useTable } from '../support/table.ts';

useTable();

import { describe, expect, it } from 'vitest';
import { getMediaUrl } from '#contract/downloads.ts';
import { handler } from '#functions/api/downloads/downloads.lambda.ts';
import { call } from '../support/call.ts';
import { aGroup } from '../support/conversations.ts';
import {
  as,
  ask,
  downloadsOf,
  picture,
  rendition,
  storeAt,
  tenant,
  tenantId,
  useDownloads,
} from '../support/downloads.ts';
import { readyMedia, showAsPictureOf } from '../support/media.ts';
import { whyRefused } from '../support/presigned.ts';

useDownloads();

const FILE = Buffer.from('%PDF-1.7 <script>alert(1)</script> of a hundred and some bytes'.repeat(3));

describe('an address', () => {
  /** Stores a file where the address of a media leads to; where that is. */
  async function leadsTo(mediaId: string): Promise<string> {
    const url = new URL(String((await ask({ mediaId })).body['url']));
    await storeAt(url, FILE);
    return url.href;
  }

  it('of a picture shows it in place, of the type that was found, for five minutes', async () => {
    const mediaId = await picture();
    const { status, body } = await ask({ mediaId });
    expect(status).toBe(200);
    expect(body).toMatchObject({ rendition: 'display', contentType: 'image/webp', bytes: 1_000 });
    const left = Date.parse(String(body['expiresAt'])) - Date.now();
    expect(left).toBeGreaterThan(290_000);
    expect(left).toBeLessThanOrEqual(300_000);
    const answer = await fetch(await leadsTo(mediaId));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/webp');
    expect(answer.headers.get('content-disposition')).toBe('inline');
    expect(new URL(String(body['url'])).searchParams.get('X-Amz-Expires')).toBe('300');
  });

  it('of a file saves it under its name and no type, whatever it is stored as', async () => {
    const mediaId = await readyMedia(tenant(), 'text/html', {
      objectVersion: 'v1',
      fileName: 'Pläne "neu";\r\n.html',
      renditions: [rendition('original', FILE.length, 'text/html')],
    });
    const answer = await fetch(await leadsTo(mediaId));
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="Plane _neu__.html"; filename*=UTF-8''Pl%C3%A4ne%20%22neu%22%3B.html`,
    );
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(FILE);
  });

  it('of a video works for as long as it takes to watch it', async () => {
    const mediaId = await readyMedia(tenant(), 'video/mp4', {
      objectVersion: 'v1',
      durationMs: 3_600_000,
      renditions: [rendition('poster'), rendition('video', 5_000, 'video/mp4')],
    });
    const { body } = await ask({ mediaId });
    expect(body).toMatchObject({ rendition: 'video', contentType: 'video/mp4' });
    const left = Date.parse(String(body['expiresAt'])) - Date.now();
    expect(left).toBeGreaterThan(5_990_000);
    expect(left).toBeLessThanOrEqual(6_000_000);
  });

  it('lets a player seek and a browser ask whether anything changed', async () => {
    const url = await leadsTo(await picture());
    const part = await fetch(url, { headers: { range: 'bytes=9-16' } });
    expect(part.status).toBe(206);
    expect(await part.text()).toBe(FILE.subarray(9, 17).toString());
    expect(part.headers.get('content-range')).toBe(`bytes 9-16/${FILE.length}`);
    const last = await fetch(url, { headers: { range: 'bytes=-5' } });
    expect(await last.text()).toBe(FILE.subarray(-5).toString());
    expect((await fetch(url, { headers: { range: `bytes=${FILE.length}-` } })).status).toBe(416);
    const eTag = part.headers.get('etag')!;
    expect((await fetch(url, { headers: { 'if-none-match': eTag } })).status).toBe(304);
  });

  it('cannot be bent: type, disposition, time, rendition, media, tenant or bucket', async () => {
    const url = new URL(String((await ask({ mediaId: await picture() })).body['url']));
    const now = Date.now();
    expect(whyRefused(url, 'test', now)).toBeUndefined();
    expect(whyRefused(url, 'test', now + 298_000)).toBeUndefined();
    expect(whyRefused(url, 'test', now + 301_000)).toBe('expired');
    const bend: ((other: URL) => void)[] = [
      ({ searchParams }) => searchParams.set('response-content-type', 'text/html'),
      ({ searchParams }) => searchParams.delete('response-content-type'),
      ({ searchParams }) => searchParams.set('response-content-disposition', 'attachment'),
      ({ searchParams }) => searchParams.delete('response-content-disposition'),
      ({ searchParams }) => searchParams.set('response-content-encoding', 'gzip'),
      ({ searchParams }) => searchParams.set('X-Amz-Expires', '86400'),
      ({ searchParams }) => searchParams.set('X-Amz-Date', '20310101T000000Z'),
      (other) => {
        other.pathname = other.pathname.replace('display', 'original');
      },
      (other) => {
        other.pathname = other.pathname.replace('med_x', 'med_y');
      },
      (other) => {
        other.pathname = other.pathname.replace(tenantId(), 'globex');
      },
      (other) => {
        other.pathname = other.pathname.replace('clean', 'quarantine');
      },
    ];
    for (const change of bend) {
      const other = new URL(url);
      change(other);
      expect(other.href).not.toBe(url.href);
      expect(whyRefused(other, 'test', now), String(change)).toBe('signature');
    }
  });

  it('is under its other path too', async () => {
    const [alias] = getMediaUrl.aliases;
    expect(await call(handler, alias, { mediaId: await picture() }, as())).toMatchObject({ status: 200 });
  });

  it.each(['requested', 'uploaded', 'scanning', 'processing', 'rejected', 'quarantined', 'expired'] as const)(
    'is not given out while the media is %s, not even to its owner',
    async (state) => {
      const mediaId = await picture(1_000, { state });
      expect(await ask({ mediaId })).toMatchObject({ status: 409, body: { code: 'media.not_ready', state } });
      expect((await downloadsOf(mediaId)).total.downloads).toBe(0);
    },
  );

  it('is not given out for a rendition that was not made', async () => {
    const mediaId = await picture();
    const refused = { status: 404, body: { code: 'media.rendition_missing', renditions: ['thumbnail', 'display'] } };
    expect(await ask({ mediaId, rendition: 'original' })).toMatchObject(refused);
  });

  it('is given to whoever may see what carries it, and nobody else learns that it is there', async () => {
    const mediaId = await picture();
    const group = await aGroup(tenant(), ['ada', 'bob']);
    const stranger = await ask({ mediaId }, as('bob'));
    expect(stranger).toMatchObject({ status: 404, body: { code: 'media.not_found' } });
    await showAsPictureOf(tenant(), group, mediaId);
    expect((await ask({ mediaId }, as('bob'))).status).toBe(200);
    expect((await ask({ mediaId }, as('eve'))).body).toEqual(stranger.body);
    expect((await ask({ mediaId }, { tenantId: 'globex', userId: 'ada' })).body).toEqual(stranger.body);
  });
});
