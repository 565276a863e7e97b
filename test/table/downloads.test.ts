import { useTable } from '../support/table.ts';

useTable();

import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sizeOfItem } from '#bench/item-size.ts';
import { getMediaUrl, getMediaUrls, listDownloads, listTenantDownloads } from '#contract/downloads.ts';
import { ENV } from '#contract/environment.ts';
import { DEFAULT_RULES, type TenantRules } from '#contract/tenant.ts';
import { handler } from '#functions/api/downloads/downloads.lambda.ts';
import { documents } from '#functions/aws/documents.ts';
import { scope, type TenantKey } from '#table/entity.ts';
import type { StoredMedia } from '#table/media.ts';
import { storeSettings } from '#table/tenant-settings.ts';
import { emulatorEndpoint } from '../support/aws-env.ts';
import { type CallOptions, call } from '../support/call.ts';
import { aGroup } from '../support/conversations.ts';
import { readyMedia, showAsPictureOf } from '../support/media.ts';
import { whyRefused } from '../support/presigned.ts';
import { useSigningKey } from '../support/signing-key.ts';

useSigningKey();

const s3 = new S3Client({ endpoint: emulatorEndpoint() });
const clean = `clean-${randomUUID()}`;
const FILE = Buffer.from('%PDF-1.7 <script>alert(1)</script> of a hundred and some bytes'.repeat(3));

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await s3.send(new CreateBucketCommand({ Bucket: clean }));
  process.env[ENV.cleanBucket] = clean;
});

let tenants = 0;
let tenantId: string;
let tenant: TenantKey;
beforeEach(() => {
  tenantId = `downloads-${tenants++}`;
  tenant = scope(tenantId);
});

type Renditions = NonNullable<StoredMedia['renditions']>;
const rendition = (name: Renditions[number]['name'], bytes = 1_000, contentType = 'image/webp') => ({
  name,
  contentType,
  bytes,
  width: 2,
  height: 1,
  sha256: 'ab',
});
const picture = (bytes = 1_000, change: Partial<StoredMedia> = {}) =>
  readyMedia(tenant, 'image/jpeg', {
    objectVersion: 'v1',
    renditions: [rendition('thumbnail', 100), rendition('display', bytes)],
    ...change,
  });

const as = (userId = 'ada', options: CallOptions = {}): CallOptions => ({ tenantId, userId, ...options });
const ask = (input: Record<string, unknown>, options = as()) => call(handler, getMediaUrl, input, options);
const limit = (downloads: Partial<TenantRules['downloads']>) =>
  storeSettings(tenant, {
    version: 1,
    before: DEFAULT_RULES,
    after: { ...DEFAULT_RULES, downloads: { ...DEFAULT_RULES.downloads, ...downloads } },
    by: 'ada',
    at: Date.now(),
  });
const downloadsOf = async (mediaId: string, options = as(), input: Record<string, unknown> = {}) =>
  (await call(handler, listDownloads, { mediaId, ...input }, options)).body as unknown as {
    items: { userId: string; rendition: string; bytes: number; at: string }[];
    nextCursor: string | null;
    total: { downloads: number; bytes: number };
  };
const today = new Date().toISOString().slice(0, 10);
const totals = async () =>
  (await call(handler, listTenantDownloads, { from: today, to: today }, as('ada', { roles: ['admin'] }))).body['items'];

describe('an address', () => {
  /** Puts what an address leads to into the store; where it leads. */
  async function leadsTo(mediaId: string, options: { rendition?: string; body?: Buffer } = {}): Promise<string> {
    const { body } = await ask({ mediaId, ...(options.rendition ? { rendition: options.rendition } : {}) });
    const url = new URL(String(body['url']));
    const Key = url.pathname.slice(clean.length + 2);
    // Stored as what a browser would open, had the address not its own word.
    await s3.send(new PutObjectCommand({ Bucket: clean, Key, Body: options.body ?? FILE, ContentType: 'text/html' }));
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
    const mediaId = await readyMedia(tenant, 'text/html', {
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
    const mediaId = await readyMedia(tenant, 'video/mp4', {
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
        other.pathname = other.pathname.replace(tenantId, 'globex');
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
    const group = await aGroup(tenant, ['ada', 'bob']);
    const stranger = await ask({ mediaId }, as('bob'));
    expect(stranger).toMatchObject({ status: 404, body: { code: 'media.not_found' } });
    await showAsPictureOf(tenant, group, mediaId);
    expect((await ask({ mediaId }, as('bob'))).status).toBe(200);
    expect((await ask({ mediaId }, as('eve'))).body).toEqual(stranger.body);
    expect((await ask({ mediaId }, { tenantId: 'globex', userId: 'ada' })).body).toEqual(stranger.body);
  });
});

describe('what is downloaded', () => {
  it('is counted once as long as the address is good, which is told again and costs no write', async () => {
    const mediaId = await picture();
    const first = await ask({ mediaId });
    const writes = [vi.spyOn(documents, 'put'), vi.spyOn(documents, 'update')];
    const again = await ask({ mediaId });
    expect(again.body).toEqual(first.body);
    for (const write of writes) {
      expect(write).not.toHaveBeenCalled();
      write.mockRestore();
    }
    expect(await downloadsOf(mediaId)).toMatchObject({
      items: [{ userId: 'ada', rendition: 'display', bytes: 1_000 }],
      total: { downloads: 1, bytes: 1_000 },
    });
    expect(await totals()).toEqual([{ day: today, downloads: 1, bytes: 1_000, served: 0 }]);
  });

  it('is counted once by many requests at once, which are all given the same address', async () => {
    const mediaId = await picture();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask({ mediaId })));
    expect(new Set(answers.map(({ body }) => body['url'])).size).toBe(1);
    expect((await downloadsOf(mediaId)).total).toEqual({ downloads: 1, bytes: 1_000 });
    expect(await totals()).toEqual([{ day: today, downloads: 1, bytes: 1_000, served: 0 }]);
  });

  it('is counted again when the address has little time left, which is then another', async () => {
    const mediaId = await picture();
    const first = await ask({ mediaId });
    const later = Date.now() + 241_000;
    const clock = vi.spyOn(Date, 'now').mockReturnValue(later);
    const second = await ask({ mediaId });
    clock.mockRestore();
    expect(second.body['url']).not.toBe(first.body['url']);
    expect(Date.parse(String(second.body['expiresAt']))).toBe(later + 300_000);
    expect((await downloadsOf(mediaId)).total).toEqual({ downloads: 2, bytes: 2_000 });
  });

  it('costs five writes of one unit each: the user’s and the tenant’s bytes, the address, who and when, the count', async () => {
    const mediaId = await picture();
    const user = `u${'x'.repeat(63)}`;
    const group = await aGroup(tenant, ['ada', user]);
    await showAsPictureOf(tenant, group, mediaId);
    const [put, update] = [vi.spyOn(documents, 'put'), vi.spyOn(documents, 'update')];
    expect((await ask({ mediaId }, as(user))).status).toBe(200);
    expect(put.mock.calls.length + update.mock.calls.length).toBe(5);
    for (const [{ Item }] of put.mock.calls) expect(sizeOfItem(Item)).toBeLessThan(1_024);
    put.mockRestore();
    update.mockRestore();
  });

  it('is told to its owner and to admins, page by page, newest first; to all others it is not there', async () => {
    const mediaId = await picture();
    const users = ['bob', 'cleo', 'dora', 'eve', 'fay'];
    await showAsPictureOf(tenant, await aGroup(tenant, ['ada', ...users]), mediaId);
    for (const user of users) await ask({ mediaId, rendition: 'thumbnail' }, as(user));
    const told: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await downloadsOf(mediaId, as(), { limit: 2, ...(cursor ? { cursor } : {}) });
      expect(page.total).toEqual({ downloads: 5, bytes: 500 });
      told.push(...page.items.map(({ userId }) => userId));
      cursor = page.nextCursor;
    } while (cursor);
    expect(told).toEqual(users.toReversed());
    expect((await downloadsOf(mediaId, as('zoe', { roles: ['user', 'admin'] }))).items).toHaveLength(5);
    const reader = await call(handler, listDownloads, { mediaId }, as('bob'));
    const missing = await call(handler, listDownloads, { mediaId: `med_${'z'.repeat(22)}` }, as('bob'));
    expect(reader).toMatchObject({ status: 404, body: { code: 'media.not_found' } });
    expect(reader.body).toEqual(missing.body);
  });

  it('names nobody for longer than the tenant keeps it, and still counts', async () => {
    await limit({ keptDays: 1 });
    const mediaId = await picture();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 90_000_000);
    await ask({ mediaId });
    clock.mockRestore();
    expect(await downloadsOf(mediaId)).toEqual({ items: [], nextCursor: null, total: { downloads: 1, bytes: 1_000 } });
  });

  it('is added up for admins, day by day, of days that are there', async () => {
    const input = (from: string, to: string) =>
      call(handler, listTenantDownloads, { from, to }, as('ada', { roles: ['admin'] }));
    expect((await input('2026-11-30', '2026-11-01')).status).toBe(400);
    expect((await input('2026-01-01', '2026-12-31')).status).toBe(400);
    expect((await input('2026-02-30', '2026-03-01')).status).toBe(400);
    expect((await input('2026-11-01', '2026-11-30')).body).toEqual({ items: [] });
    const user = await call(handler, listTenantDownloads, { from: today, to: today }, as());
    expect(user).toMatchObject({ status: 403 });
  });
});

describe('a budget', () => {
  it('is charged the whole rendition and says what is left; beyond it is refused until midnight', async () => {
    await limit({ userBytesPerDay: 2_500, userBytesPerMinute: null });
    const [first, second, third] = [await picture(), await picture(), await picture()];
    expect((await ask({ mediaId: first })).headers).toMatchObject({
      'ratelimit-limit': '2500',
      'ratelimit-remaining': '1500',
      'ratelimit-policy': '2500;w=86400;burst=2500',
    });
    expect((await ask({ mediaId: second })).headers).toMatchObject({ 'ratelimit-remaining': '500' });
    const refused = await ask({ mediaId: third });
    expect(refused).toMatchObject({
      status: 429,
      body: {
        code: 'media.bandwidth_exceeded',
        of: 'user',
        bytes: 1_000,
        resetsAt: expect.stringMatching(/T00:00:00/),
      },
      headers: { 'ratelimit-remaining': '500' },
    });
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(86_400);
    // What was given is given again, and somebody else has a budget of their own.
    expect((await ask({ mediaId: first })).status).toBe(200);
    expect((await ask({ mediaId: third, rendition: 'thumbnail' })).status).toBe(200);
    expect((await downloadsOf(third)).total).toEqual({ downloads: 1, bytes: 100 });
    expect(await totals()).toEqual([{ day: today, downloads: 3, bytes: 2_100, served: 0 }]);
  });

  it('of a tenant binds all its users, and what it refuses is not charged to the user', async () => {
    await limit({ userBytesPerDay: 1_500, userBytesPerMinute: null, tenantBytesPerDay: 1_500 });
    const mediaId = await picture();
    const other = await picture();
    await showAsPictureOf(tenant, await aGroup(tenant, ['ada', 'bob']), other);
    expect((await ask({ mediaId })).status).toBe(200);
    const refused = await ask({ mediaId: other }, as('bob'));
    expect(refused).toMatchObject({ status: 429, body: { of: 'tenant', rateLimit: { remaining: 500 } } });
    expect((await ask({ mediaId: other, rendition: 'thumbnail' }, as('bob'))).headers).toMatchObject({
      'ratelimit-remaining': '1400',
    });
  });

  it('of a minute says in how many seconds to come back', async () => {
    await limit({ userBytesPerMinute: 1_200 });
    expect((await ask({ mediaId: await picture() })).status).toBe(200);
    const refused = await ask({ mediaId: await picture() });
    expect(refused).toMatchObject({ status: 429, body: { rateLimit: { limit: 1_200, windowSeconds: 60 } } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(30);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(40);
  });

  it('is kept to the byte by a hundred requests at once', async () => {
    await limit({ userBytesPerDay: 7_000, userBytesPerMinute: null, tenantBytesPerDay: 7_999 });
    const pictures = await Promise.all(Array.from({ length: 100 }, () => picture()));
    const answers = await Promise.all(pictures.map((mediaId) => ask({ mediaId })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(93);
    expect(await totals()).toEqual([{ day: today, downloads: 7, bytes: 7_000, served: 0 }]);
  });
});

describe('a screen of pictures', () => {
  const screen = (mediaIds: readonly string[], options = as(), rendition?: string) =>
    call(handler, getMediaUrls, { mediaIds, ...(rendition ? { rendition } : {}) }, options);

  it('is answered in one call, each by itself, and charged in one', async () => {
    const [one, two] = [await picture(), await picture()];
    const waiting = await picture(1_000, { state: 'processing' });
    const gone = `med_${'q'.repeat(22)}`;
    const update = vi.spyOn(documents, 'update');
    const { status, body } = await screen([one, gone, waiting, two], as(), 'thumbnail');
    expect(update).toHaveBeenCalledTimes(4);
    update.mockRestore();
    expect(status).toBe(200);
    expect(getMediaUrls.output.safeParse(body)).toMatchObject({ success: true });
    expect(body['items']).toEqual([
      expect.objectContaining({ mediaId: one, rendition: 'thumbnail', url: expect.stringContaining(one) }),
      { mediaId: gone, code: 'media.not_found' },
      { mediaId: waiting, code: 'media.not_ready' },
      expect.objectContaining({ mediaId: two, url: expect.stringContaining(two) }),
    ]);
    expect(await totals()).toEqual([{ day: today, downloads: 2, bytes: 200, served: 0 }]);
  });

  it('gets as many in order as the budget bears', async () => {
    await limit({ userBytesPerDay: 2_500, userBytesPerMinute: null });
    const pictures = [await picture(), await picture(), await picture(), await picture(100)];
    await ask({ mediaId: pictures[1]! });
    const { status, body, headers } = await screen(pictures);
    expect(status).toBe(200);
    const codes = (body['items'] as { code?: string }[]).map(({ code }) => code);
    expect(codes).toEqual([undefined, undefined, 'media.bandwidth_exceeded', 'media.bandwidth_exceeded']);
    expect(headers).toMatchObject({ 'ratelimit-remaining': '500' });
    expect(headers).toHaveProperty('retry-after');
    expect(await totals()).toEqual([{ day: today, downloads: 2, bytes: 2_000, served: 0 }]);
  });

  it('is of fifty at most, each once', async () => {
    const mediaId = await picture();
    expect((await screen([mediaId, mediaId])).status).toBe(400);
    expect((await screen([])).status).toBe(400);
    const many = Array.from({ length: 51 }, (_, index) => `med_${String(index).padStart(22, '0')}`);
    expect((await screen(many)).status).toBe(400);
    expect((await screen(many.slice(1))).body['items']).toHaveLength(50);
  });
});
