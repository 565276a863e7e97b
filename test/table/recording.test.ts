import { useTable } from '../support/table.ts';

useTable();

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { EventBridgeEvent } from 'aws-lambda';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { handler } from '#functions/media/process-recording.lambda.ts';
import { keepOriginal } from '#gateways/quarantine.ts';
import { scope } from '#table/entity.ts';
import { findMedia } from '#table/media.ts';
import { cleanKeyOf, quarantineKeyOf } from '#table/media-keys.ts';
import { createMedia } from '#table/media-upload.ts';
import { boxesOf } from '../media/boxes.ts';
import { H264, picture, record, sound } from '../media/recordings.ts';
import { emulatorEndpoint } from '../support/aws-env.ts';
import { buckets, s3, useMediaBuckets } from '../support/media-buckets.ts';

const { quarantine, clean } = buckets;
useMediaBuckets();
const ACME = scope('acme');

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  process.env[ENV.socketsEndpoint] = emulatorEndpoint();
  process.env[ENV.stragglersUrl] = `${emulatorEndpoint()}/000000000000/none.fifo`;
});

/** Puts a file where an upload of the type lies; answers the verdict on it. */
async function uploaded(contentType: string, data: Uint8Array) {
  const mediaId = `med_${randomUUID().replaceAll('-', '').slice(0, 22)}`;
  const kind = contentType.startsWith('video/') ? 'video' : 'audio';
  const Key = quarantineKeyOf('acme', mediaId, kind);
  await createMedia(ACME, {
    mediaId,
    ownerId: 'ada',
    state: 'requested',
    fileName: 'clip.mp4',
    contentType,
    bytes: data.length,
    createdAt: Date.now(),
    version: 1,
  });
  const put = await s3.send(
    new PutObjectCommand({ Bucket: quarantine, Key, Body: data, ContentType: 'text/html', Metadata: { said: 'so' } }),
  );
  const eTag = put.ETag!.replaceAll('"', '');
  const s3ObjectDetails = { bucketName: quarantine, objectKey: Key, eTag, versionId: put.VersionId };
  const detail = { s3ObjectDetails, scanResultDetails: { scanResultStatus: 'NO_THREATS_FOUND', threats: null } };
  return {
    mediaId,
    object: { key: Key, versionId: put.VersionId, eTag },
    event: { detail } as EventBridgeEvent<string, unknown>,
  };
}

const found = (mediaId: string) => findMedia(ACME, mediaId, Date.now());

const fetched = async (Key: string): Promise<Buffer> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: clean, Key }));
  return Buffer.from(await Body!.transformToByteArray());
};

describe('a recording, from the verdict to what is played', () => {
  it('becomes a video that begins to play while it loads', async () => {
    const file = record('x.mp4', ...picture('320x240', 1), ...sound(1), ...H264, '-c:a', 'aac');
    const { mediaId, object, event } = await uploaded('video/mp4', readFileSync(file));
    await handler(event);
    const media = await found(mediaId);
    expect(media).toMatchObject({ state: 'ready', found: 'video/mp4', durationMs: 1_000, width: 320, height: 240 });
    for (const { name, bytes, contentType } of media!.renditions!) {
      const Key = cleanKeyOf('acme', mediaId, object.versionId!, name);
      const head = await s3.send(new HeadObjectCommand({ Bucket: clean, Key }));
      expect(head).toMatchObject({ ContentLength: bytes, ContentType: contentType });
    }
    const order = boxesOf(await fetched(cleanKeyOf('acme', mediaId, object.versionId!, 'video'))).map(
      ({ path }) => path,
    );
    expect(order.indexOf('moov')).toBeLessThan(order.indexOf('mdat'));
    // The same verdict again changes nothing.
    await handler(event);
    expect(await found(mediaId)).toEqual(media);
  });

  it('becomes a sound with a waveform', async () => {
    const { mediaId, event } = await uploaded(
      'audio/ogg',
      readFileSync(record('x.ogg', ...sound(1), '-c:a', 'libopus')),
    );
    await handler(event);
    const media = await found(mediaId);
    expect(media).toMatchObject({ state: 'ready', found: 'audio/ogg', codec: 'opus' });
    expect(Buffer.from(media!.waveform!, 'base64')).toHaveLength(256);
    expect(media!.renditions!.map(({ name }) => name)).toEqual(['audio']);
  });

  it('is rejected when it is not what was announced', async () => {
    const { mediaId, event } = await uploaded('video/mp4', Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'));
    await handler(event);
    expect(await found(mediaId)).toMatchObject({ state: 'rejected', reason: 'type_unsupported' });
  });
});

describe('an original', () => {
  it('is exactly the version that was scanned, and nothing that was said of it', async () => {
    const { object } = await uploaded('video/mp4', Buffer.from('first'));
    await s3.send(new PutObjectCommand({ Bucket: quarantine, Key: object.key, Body: 'second' }));
    expect(await keepOriginal(object, 'kept')).toBeDefined();
    expect((await fetched('kept')).toString()).toBe('first');
    const head = await s3.send(new HeadObjectCommand({ Bucket: clean, Key: 'kept' }));
    expect([head.ContentType, head.Metadata]).toEqual(['application/octet-stream', {}]);
  });

  it('is not kept of a version that is gone', async () => {
    const { object } = await uploaded('video/mp4', Buffer.from('first'));
    expect(await keepOriginal({ ...object, eTag: '0'.repeat(32) }, 'none')).toBeUndefined();
    expect(await keepOriginal({ ...object, key: `${object.key}s` }, 'none')).toBeUndefined();
  });
});
