import { useTable } from '../support/table.ts';

useTable();

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { expireUpload, uploadKeyOf } from '#changing/end-upload.ts';
import {
  addUploadParts,
  cancelUpload,
  completeUpload,
  getMyUsage,
  getUpload,
  PART_BYTES,
  requestUpload,
} from '#contract/uploads.ts';
import { handler } from '#functions/api/media/media.lambda.ts';
import { scope } from '#table/entity.ts';
import { findMedia, moveMedia } from '#table/media.ts';
import { call } from '../support/call.ts';
import { useQuarantine } from '../support/uploads.ts';

const quarantine = useQuarantine();
const acme = scope('acme');
const file = randomBytes(3 * PART_BYTES.least - 77);
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('base64');
const partOf = (part: number): Buffer => file.subarray((part - 1) * PART_BYTES.least, part * PART_BYTES.least);

const claim = {
  fileName: 'loom.mp4',
  contentType: 'video/mp4',
  bytes: file.length,
  multipart: true,
  partBytes: PART_BYTES.least,
};
const ask = async (change: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  (await call(handler, requestUpload, { ...claim, ...change }, { headers })).body as {
    media: { id: string; state: string };
    upload: { method: string; parts: number; partBytes: number } | null;
  };
const idOf = async (): Promise<string> => (await ask()).media.id;
interface Address {
  readonly part: number;
  readonly bytes: number;
  readonly url: string;
  readonly headers: Record<string, string>;
}
const addressesOf = async (
  mediaId: string,
  parts: readonly number[],
  digest = (part: number) => sha256(partOf(part)),
) => {
  const { body, status } = await call(handler, addUploadParts, {
    mediaId,
    parts: parts.map((part) => ({ part, sha256: digest(part) })),
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return body['parts'] as unknown as Address[];
};
const put = async ({ url, headers }: Address, body: Uint8Array): Promise<number> =>
  (await fetch(url, { method: 'PUT', headers, body: new Uint8Array(body) })).status;
const stored = async (mediaId: string): Promise<Buffer> => {
  const Key = uploadKeyOf(acme, (await findMedia(acme, mediaId, Date.now()))!);
  const { Body } = await quarantine.s3().send(new GetObjectCommand({ Bucket: quarantine.bucket, Key }));
  return Buffer.from(await Body!.transformToByteArray());
};
const show = async (mediaId: string, as = {}) => await call(handler, getUpload, { mediaId }, as);
const complete = (mediaId: string, as = {}) => call(handler, completeUpload, { mediaId }, as);

describe('an upload in parts', () => {
  it('is begun, shown, put together when all is there, and is what was sent', async () => {
    const { media, upload } = await ask();
    expect(upload).toMatchObject({ method: 'multipart', partBytes: PART_BYTES.least, parts: 3 });
    expect((await show(media.id)).body).toMatchObject({ state: 'requested', progress: 0, bytes: { arrived: 0 } });
    for (const address of (await addressesOf(media.id, [1, 3])).reverse())
      expect(await put(address, partOf(address.part))).toBe(200);
    expect((await show(media.id)).body).toMatchObject({
      state: 'uploading',
      bytes: { arrived: 2 * PART_BYTES.least - 77, of: file.length },
      parts: [1, 3].map((part) => ({ part, bytes: partOf(part).length, sha256: sha256(partOf(part)) })),
    });
    expect(await complete(media.id)).toMatchObject({ status: 409, body: { code: 'media.incomplete', missing: [2] } });
    const [second] = await addressesOf(media.id, [2]);
    await put(second!, partOf(2));
    expect(await complete(media.id)).toMatchObject({ status: 200, body: { progress: 1 } });
    expect(await complete(media.id)).toMatchObject({ status: 200, body: { progress: 1 } });
    expect(sha256(await stored(media.id))).toBe(sha256(file));
    expect(
      (await call(handler, addUploadParts, { mediaId: media.id, parts: [{ part: 1, sha256: sha256(partOf(1)) }] }))
        .body,
    ).toMatchObject({
      code: 'media.not_uploading',
    });
    expect(await quarantine.open()).not.toContainEqual(expect.stringContaining(media.id));
  });

  it('takes a part again, and the last one counts', async () => {
    const id = await idOf();
    const other = Buffer.alloc(PART_BYTES.least, 1);
    const [wrong] = await addressesOf(id, [1], () => sha256(other));
    expect(await put(wrong!, other)).toBe(200);
    for (const address of await addressesOf(id, [1, 2, 3])) await put(address, partOf(address.part));
    expect((await complete(id)).status).toBe(200);
    expect(sha256(await stored(id))).toBe(sha256(file));
  });

  it('begun by many at once is begun once', async () => {
    const id = await idOf();
    await Promise.all(Array.from({ length: 8 }, () => addressesOf(id, [1])));
    expect((await quarantine.open()).filter((key) => key.includes(id))).toHaveLength(1);
  });

  it('has the parts it has', async () => {
    const id = await idOf();
    const beyond = { mediaId: id, parts: [{ part: 4, sha256: sha256(file) }] };
    expect(await call(handler, addUploadParts, beyond)).toMatchObject({
      status: 400,
      body: { code: 'media.part_unknown' },
    });
    const { media } = await ask({ multipart: false, bytes: 10 });
    expect((await call(handler, addUploadParts, { ...beyond, mediaId: media.id })).body).toMatchObject({
      code: 'media.not_uploading',
    });
    expect((await complete(media.id)).body).toMatchObject({ code: 'media.not_uploading' });
  });

  it('is its owner’s: everybody else is told that there is none', async () => {
    const id = await idOf();
    const parts = [{ part: 1, sha256: sha256(partOf(1)) }];
    for (const as of [{ userId: 'bob' }, { tenantId: 'globex' }, { userId: 'bob', roles: ['user', 'admin'] }]) {
      const answers = [
        await show(id, as),
        await complete(id, as),
        await call(handler, addUploadParts, { mediaId: id, parts }, as),
        await call(handler, cancelUpload, { mediaId: id }, as),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ status: 404, body: { code: 'media.not_found' } });
    }
    expect((await show(id)).body).toMatchObject({ state: 'requested' });
  });

  it('is asked for again under its key, hours later, and then no more', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = await ask({}, headers);
    await addressesOf(first.media.id, [1]);
    const again = await ask({}, headers);
    expect(again).toMatchObject({ media: { id: first.media.id, state: 'uploading' }, upload: first.upload });
    const media = (await findMedia(acme, first.media.id, Date.now()))!;
    await moveMedia(acme, media, 'v1', { to: 'uploaded' });
    expect(await ask({}, headers)).toMatchObject({ media: { state: 'uploaded' }, upload: null });
    expect((await show(first.media.id)).body).toMatchObject({ progress: 1, expiresAt: null, parts: [] });
  });
});

describe('the address of a part', () => {
  it('takes exactly that part, whatever of it is bent', async () => {
    const [id, other] = [await idOf(), await idOf()];
    const [address] = await addressesOf(id, [1]);
    const [elsewhere] = await addressesOf(other, [1]);
    const bent = (change: (url: URL) => void): Address => {
      const url = new URL(address!.url);
      change(url);
      return { ...address!, url: url.href };
    };
    const at = (from: string, to: string): Address => ({ ...address!, url: address!.url.replace(from, to) });
    const set = (name: string, value: string) => bent(({ searchParams }) => searchParams.set(name, value));
    const body = partOf(1);
    const lie = Buffer.from(body);
    lie[7]! ^= 1;
    const cases: [string, Address, Uint8Array][] = [
      ['number', set('partNumber', '2'), body],
      ['upload', set('uploadId', new URL(elsewhere!.url).searchParams.get('uploadId')!), body],
      ['seconds', set('X-Amz-Expires', '86400'), body],
      ['date', set('X-Amz-Date', '20300101T000000Z'), body],
      ['signature', set('X-Amz-Signature', '0'.repeat(64)), body],
      ['signed headers', set('X-Amz-SignedHeaders', 'host'), body],
      ['key', at(id, other), body],
      ['tenant', at('/acme/', '/globex/'), body],
      ['bucket', at(quarantine.bucket, 'clean'), body],
      ['another digest', { ...address!, headers: { 'x-amz-checksum-sha256': sha256(lie) } }, lie],
      ['no digest', { ...address!, headers: {} }, body],
      ['other bytes', address!, lie],
      ['a byte less', address!, body.subarray(1)],
      ['a byte more', address!, Buffer.concat([body, Buffer.from('x')])],
      ['nothing', address!, Buffer.alloc(0)],
    ];
    for (const [what, to, data] of cases) expect(await put(to, data), what).toBeGreaterThanOrEqual(400);
    expect((await show(id)).body).toMatchObject({ bytes: { arrived: 0 }, parts: [] });
    const longer = Buffer.concat([body, body]);
    const [short] = await addressesOf(id, [1], () => sha256(longer));
    expect(await put(short!, longer), 'more bytes than the part has, with their digest').toBe(403);
    expect(Number(new URL(address!.url).searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(3_600);
    expect(await put(address!, body)).toBe(200);
  });
});

describe('an upload that is given up', () => {
  it('by its owner leaves no parts, holds no bytes, and stays given up', async () => {
    const as = { userId: 'cleo' };
    const media = ((await call(handler, requestUpload, claim, as)).body as { media: { id: string } }).media;
    const parts = [{ part: 1, sha256: sha256(partOf(1)) }];
    const asked = await call(handler, addUploadParts, { mediaId: media.id, parts }, as);
    const [address] = asked.body['parts'] as unknown as Address[];
    await put(address!, partOf(1));
    expect((await call(handler, getMyUsage, {}, as)).body).toMatchObject({
      reserved: file.length,
      pending: { uploads: 1 },
    });
    for (let time = 0; time < 2; time++)
      expect(await call(handler, cancelUpload, { mediaId: media.id }, as)).toMatchObject({
        status: 200,
        body: { state: 'expired', reason: 'cancelled' },
      });
    expect((await call(handler, getMyUsage, {}, as)).body).toMatchObject({
      reserved: 0,
      used: 0,
      lastDay: { bytes: 0 },
      pending: { uploads: 0 },
    });
    expect(await quarantine.open()).not.toContainEqual(expect.stringContaining(media.id));
    expect(await put(address!, partOf(1))).toBe(404);
    expect((await complete(media.id, as)).body).toMatchObject({ code: 'media.not_uploading' });
  });

  it('by everybody expires after a day, not before', async () => {
    const id = await idOf();
    await addressesOf(id, [1]);
    const day = Date.now() + 24 * 3_600_000;
    expect(await expireUpload(acme, id, day - 60_000)).toBe('waiting');
    expect((await show(id)).body).toMatchObject({ state: 'uploading' });
    expect(await expireUpload(acme, id, day)).toBe('expired');
    expect((await show(id)).body).toMatchObject({ state: 'expired', expiresAt: null });
    expect(await expireUpload(acme, id, day)).toBe('ended');
    expect(await expireUpload(acme, `${id.slice(0, -4)}none`, day)).toBe('missing');
    expect(await quarantine.open()).not.toContainEqual(expect.stringContaining(id));
  });

  it('after it arrived, by the pipeline, is rejected another day later', async () => {
    const id = await idOf();
    await moveMedia(acme, (await findMedia(acme, id, Date.now()))!, 'v1', { to: 'uploaded' });
    const day = Date.now() + 24 * 3_600_000;
    expect(await expireUpload(acme, id, day)).toBe('waiting');
    expect(await expireUpload(acme, id, 2 * day - Date.now())).toBe('expired');
    expect((await show(id)).body).toMatchObject({ state: 'rejected', media: { reason: 'timed_out' } });
    expect((await call(handler, cancelUpload, { mediaId: id })).body).toMatchObject({ code: 'media.not_uploading' });
  });
});
