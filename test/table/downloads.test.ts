import { useTable } from '../support/table.ts';

useTable();

import { describe, expect, it, vi } from 'vitest';
import { sizeOfItem } from '#bench/item-size.ts';
import { getMediaUrls, listDownloads, listTenantDownloads } from '#contract/downloads.ts';
import { handler } from '#functions/api/downloads/downloads.lambda.ts';
import { documents } from '#functions/aws/documents.ts';
import { call } from '../support/call.ts';
import { aGroup } from '../support/conversations.ts';
import { as, ask, downloadsOf, limit, picture, tenant, today, totals, useDownloads } from '../support/downloads.ts';
import { showAsPictureOf } from '../support/media.ts';

useDownloads();

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
    const group = await aGroup(tenant(), ['ada', user]);
    await showAsPictureOf(tenant(), group, mediaId);
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
    await showAsPictureOf(tenant(), await aGroup(tenant(), ['ada', ...users]), mediaId);
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
    await showAsPictureOf(tenant(), await aGroup(tenant(), ['ada', 'bob']), other);
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
