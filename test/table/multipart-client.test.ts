import { useTable } from '../support/table.ts';

useTable();

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { GetObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { uploadKeyOf } from '#changing/end-upload.ts';
import { type Host, hostWith } from '#client/host.ts';
import { PART_BYTES } from '#contract/uploads.ts';
import { scope } from '#table/entity.ts';
import { findMedia } from '#table/media.ts';
import { uploadsOf, useQuarantine } from '../support/uploads.ts';

const quarantine = useQuarantine();
const MB = 1024 ** 2;
const acme = scope('acme');
const file = randomBytes(3 * PART_BYTES.least - 77);
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('base64');
const stored = async (mediaId: string): Promise<Buffer> => {
  const Key = uploadKeyOf(acme, (await findMedia(acme, mediaId, Date.now()))!);
  const { Body } = await quarantine.s3().send(new GetObjectCommand({ Bucket: quarantine.bucket, Key }));
  return Buffer.from(await Body!.transformToByteArray());
};

describe('the client', () => {
  const blob = new Blob([new Uint8Array(file)], { type: 'video/mp4' });
  const options = { fileName: 'loom.mp4', multipart: true };
  const big = randomBytes(33 * MB);

  it('sends a large file in parts, and tells how far it is', async () => {
    const told: number[] = [];
    const upload = uploadsOf('acme', 'ada').start(new Blob([big], { type: 'video/mp4' }), {
      fileName: 'loom.mp4',
      onProgress: (sent) => told.push(sent),
    });
    const { id } = await upload.done;
    expect(sha256(await stored(id))).toBe(sha256(big));
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect([told[0], told.at(-1)]).toEqual([0, big.length]);
  });

  it.each([1, 2, 3, 4, 5])('killed after %i parts goes on where it was, and the file is the same', async (parts) => {
    const key = randomUUID();
    let left = parts;
    let puts = 0;
    const { fetch } = hostWith();
    const dying: Host['fetch'] = async (url, request) => {
      if (left-- <= 0) throw new TypeError('killed');
      return fetch(url, request);
    };
    const counting: Host['fetch'] = (url, request) => {
      puts += 1;
      return fetch(url, request);
    };
    const data = new Blob([big], { type: 'video/mp4' });
    const at = { fileName: 'loom.mp4', key };
    const died = await uploadsOf('acme', 'ada', dying)
      .start(data, at)
      .done.catch(() => undefined);
    expect(died === undefined).toBe(parts < 5);
    const { id } = await uploadsOf('acme', 'ada', counting).start(data, at).done;
    expect(puts).toBe(5 - parts);
    expect(sha256(await stored(id))).toBe(sha256(big));
    const { Versions = [] } = await quarantine
      .s3()
      .send(new ListObjectVersionsCommand({ Bucket: quarantine.bucket, Prefix: `acme/${id}` }));
    expect(Versions).toHaveLength(1);
  });

  it('sends a part again that was not taken, to a new address', async () => {
    const { fetch } = hostWith();
    const urls: string[] = [];
    const refusing: Host['fetch'] = (url, request) => {
      urls.push(url);
      return urls.length % 2 === 1
        ? Promise.resolve({ status: 503, headers: { get: () => null }, text: async () => '' })
        : fetch(url, request);
    };
    const { id } = await uploadsOf('acme', 'ada', refusing).start(blob, options).done;
    expect(sha256(await stored(id))).toBe(sha256(file));
  });

  it('stops when its caller says so', async () => {
    const stop = new AbortController();
    const { fetch } = hostWith();
    const stopping: Host['fetch'] = async (url, request) => {
      stop.abort();
      return fetch(url, request);
    };
    const upload = uploadsOf('acme', 'ada', stopping).start(new Blob([big], { type: 'video/mp4' }), {
      ...options,
      signal: stop.signal,
    });
    await expect(upload.done).rejects.toMatchObject({ code: 'upload.aborted' });
  });
});
