import { useTable } from '../support/table.ts';

useTable();

import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Event } from 'aws-lambda';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { chargeOf, dayOf } from '#domain/bandwidth.ts';
import { handler } from '#functions/jobs/read-cdn-logs.lambda.ts';
import { applyCdnLog } from '#functions/jobs/read-cdn-logs.ts';
import { accountAt, accountsOf, spendBytes } from '#table/bandwidth.ts';
import { listDownloads, trackDownload } from '#table/download.ts';
import { scope, type TenantKey } from '#table/entity.ts';
import { emulatorEndpoint } from '../support/aws-env.ts';

const s3 = new S3Client({ endpoint: emulatorEndpoint() });
const bucket = `cdn-logs-${randomUUID()}`;
const MEDIA = 'med_AZqYt2a0cK6fPpQ1mWk3Zg';
const NOW = Date.now();
const NO_LIMIT = { bytesPerDay: null, bytesPerMinute: null };

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
});

let tenants = 0;
let tenantId: string;
let tenant: TenantKey;
beforeEach(() => {
  tenantId = `cdn-${tenants++}`;
  tenant = scope(tenantId);
});

const idOf = (index: number): string => String(index).padStart(12, 'A');

/** A download that was charged, as minting an address does. */
async function charged(index: number, bytes: number, userId = 'ada', at = NOW): Promise<void> {
  for (const id of [accountAt(at, userId), accountAt(at)])
    await spendBytes(tenant, id, chargeOf(NO_LIMIT, bytes, at), 1);
  const download = { userId, rendition: 'display', bytes, at, id: idOf(index) } as const;
  await trackDownload(tenant, MEDIA, download, at + 90_000_000);
}

const logOf = (lines: readonly { readonly index: number; readonly bytes: number; readonly at?: number }[]): string =>
  [
    '#Fields: sc-bytes cs-uri-stem sc-status cs-uri-query',
    ...lines.map(
      ({ index, bytes, at = NOW }) =>
        `${bytes}\t/${tenantId}/${MEDIA}/v/display\t206\td=${at}.${idOf(index)}&Expires=1`,
    ),
  ].join('\n');

const accountOf = async (at = NOW) => (await accountsOf(tenant, dayOf(at), dayOf(at)))[0];
const userBytes = async (userId: string, at = NOW): Promise<number> =>
  (await spendBytes(tenant, accountAt(at, userId), chargeOf(NO_LIMIT, 0, at), 0)).account.bytes;

const eventOf = (key: string) =>
  ({ Records: [{ s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key) } } }] }) as S3Event;

describe('a log of the CDN', () => {
  it('puts what was fetched in the place of what was charged, for the user, the tenant and the download', async () => {
    await charged(1, 1_000);
    await charged(2, 1_000, 'bob');
    const Key = 'cdn/E2EXAMPLE.2026-11-21-09.a1b2c3d4.gz';
    const Body = gzipSync(
      logOf([
        { index: 1, bytes: 300 },
        { index: 1, bytes: 100 },
        { index: 2, bytes: 1_700 },
      ]),
    );
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    await handler(eventOf(Key));
    expect(await accountOf()).toMatchObject({ bytes: 2_100, served: 2_100, downloads: 2 });
    expect(await userBytes('ada')).toBe(400);
    expect(await userBytes('bob')).toBe(1_700);
    const { downloads } = await listDownloads(tenant, MEDIA, { since: 0, before: undefined, limit: 10 });
    expect(downloads.map(({ served }) => served)).toEqual([1_700, 400]);
    // The same object, told of once more.
    await handler(eventOf(Key));
    expect(await accountOf()).toMatchObject({ bytes: 2_100, served: 2_100 });
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: 'cdn/later.gz', Body: gzipSync(logOf([{ index: 1, bytes: 50 }])) }),
    );
    await handler(eventOf('cdn/later.gz'));
    expect(await accountOf()).toMatchObject({ bytes: 2_150, served: 2_150 });
    expect(await userBytes('ada')).toBe(450);
  });

  it('that cannot be unpacked fails, and is not taken for read', async () => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'cdn/broken.gz', Body: 'no gzip' }));
    await expect(handler(eventOf('cdn/broken.gz'))).rejects.toThrow();
    await expect(handler(eventOf('cdn/missing.gz'))).rejects.toThrow();
  });

  it('says nothing of downloads that are not known, or of another tenant’s', async () => {
    await charged(1, 1_000);
    const text = logOf([
      { index: 1, bytes: 10 },
      { index: 9, bytes: 5_000 },
    ]);
    const foreign = logOf([{ index: 1, bytes: 7_000 }]).replaceAll(tenantId, 'somebody-else');
    await applyCdnLog('a', text, NOW);
    await applyCdnLog('b', foreign, NOW);
    expect(await accountOf()).toMatchObject({ bytes: 10, served: 10 });
    expect(await accountsOf(scope('somebody-else'), '2000-01-01', '2100-01-01')).toEqual([]);
  });

  it('corrects the day on which it was charged', async () => {
    const yesterday = NOW - 86_400_000;
    await charged(1, 1_000, 'ada', yesterday);
    await charged(2, 1_000);
    await applyCdnLog(
      'days',
      logOf([
        { index: 1, bytes: 1, at: yesterday },
        { index: 2, bytes: 2 },
      ]),
      NOW,
    );
    expect(await accountOf(yesterday)).toMatchObject({ bytes: 1 });
    expect(await accountOf()).toMatchObject({ bytes: 2 });
    expect(await userBytes('ada', yesterday)).toBe(1);
  });

  it('is applied once by many that read it at once, however many parts it has', async () => {
    for (let index = 0; index < 60; index++) await charged(index, 1_000, `user-${index % 7}`);
    const text = logOf(Array.from({ length: 60 }, (_, index) => ({ index, bytes: 100 + index })));
    const read = await Promise.all(Array.from({ length: 4 }, () => applyCdnLog('race', text, NOW)));
    expect(read.reduce((sum, { parts }) => sum + parts, 0)).toBe(3);
    const served = 60 * 100 + (59 * 60) / 2;
    expect(await accountOf()).toMatchObject({ bytes: served, served, downloads: 60 });
  });

  it('in any number, in any order, some twice and some at once, comes to what was fetched', async () => {
    const line = fc.record({ index: fc.integer({ min: 0, max: 3 }), bytes: fc.integer({ min: 0, max: 3_000 }) });
    const logs = fc.array(fc.array(line, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(logs, fc.array(fc.nat({ max: 3 }), { maxLength: 3 }), async (written, again) => {
        tenantId = `cdn-any-${tenants++}`;
        tenant = scope(tenantId);
        for (let index = 0; index < 4; index++) await charged(index, 1_000, index < 2 ? 'ada' : 'bob');
        const order = [...written.keys(), ...again.filter((index) => index < written.length)];
        await Promise.all(order.map((index) => applyCdnLog(`any-${index}`, logOf(written[index]!), NOW)));
        const fetched = new Map<number, number>();
        for (const { index, bytes } of written.flat()) fetched.set(index, (fetched.get(index) ?? 0) + bytes);
        const of = (index: number): number => fetched.get(index) ?? 1_000;
        const served = [...fetched.values()].reduce((sum, bytes) => sum + bytes, 0);
        expect(await accountOf()).toMatchObject({ bytes: of(0) + of(1) + of(2) + of(3), served });
        expect(await userBytes('ada')).toBe(of(0) + of(1));
        expect(await userBytes('bob')).toBe(of(2) + of(3));
      }),
      { numRuns: 25 },
    );
  });
});
