import { useTable } from '../support/table.ts';

useTable();

import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, openAsBlob, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uploadKeyOf } from '#changing/end-upload.ts';
import { scope } from '#table/entity.ts';
import { findMedia } from '#table/media.ts';
import { uploadsOf, useQuarantine } from '../support/uploads.ts';

const quarantine = useQuarantine();
const MB = 1024 ** 2;
/** A gigabyte where there is time for it (`npm run test:long`): the emulator keeps it in memory. */
const BYTES = (process.env['PARLEY_LONG'] === '1' ? 1_024 : 96) * MB;
const MOST_MB = 300;

const folder = mkdtempSync(join(tmpdir(), 'parley-large-'));
const path = join(folder, 'loom.mp4');
beforeAll(async () => {
  const file = await open(path, 'w');
  // No two parts alike, and most of it a hole.
  for (let at = 0; at < BYTES; at += 4 * MB) await file.write(randomBytes(64), 0, 64, at);
  await file.truncate(BYTES);
  await file.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const digestOf = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
};

describe('a large file', () => {
  it(`takes client and functions together less than ${MOST_MB} MB, and is the same in the store`, {
    timeout: 900_000,
  }, async () => {
    const used = (): number => process.memoryUsage.rss() / MB;
    const before = used();
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, used());
    }, 20);
    const file = await openAsBlob(path, { type: 'video/mp4' });
    const { id } = await uploadsOf('acme', 'ada').start(file, { fileName: 'loom.mp4' }).done;
    clearInterval(watch);
    // What the test runner itself takes is in `before`.
    expect(peak - before).toBeLessThan(MOST_MB);
    const Key = uploadKeyOf(scope('acme'), (await findMedia(scope('acme'), id, Date.now()))!);
    const { Body } = await quarantine.s3().send(new GetObjectCommand({ Bucket: quarantine.bucket, Key }));
    expect(await digestOf(Body as AsyncIterable<Uint8Array>)).toBe(await digestOf(createReadStream(path)));
  });
});
