import { useTable } from '../support/table.ts';

useTable();

import { randomUUID } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { EventBridgeEvent, S3Event } from 'aws-lambda';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { getMediaUrl } from '#contract/downloads.ts';
import { ENV } from '#contract/environment.ts';
import { getMedia } from '#contract/media.ts';
import { requestUpload } from '#contract/uploads.ts';
import { handler as downloads } from '#functions/api/downloads/downloads.lambda.ts';
import { handler as api } from '#functions/api/media/media.lambda.ts';
import { handler as processUpload } from '#functions/media/process-upload.lambda.ts';
import { handler as receiveUpload } from '#functions/media/receive-upload.lambda.ts';
import { openUpload } from '#gateways/quarantine.ts';
import { putRendition } from '#gateways/renditions.ts';
import { cleanKeyOf } from '#table/media-keys.ts';
import { sample } from '../media/samples.ts';
import { emulatorEndpoint } from '../support/aws-env.ts';
import { call } from '../support/call.ts';
import { buckets, s3, useMediaBuckets } from '../support/media-buckets.ts';

const { quarantine, clean } = buckets;
useMediaBuckets();

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  process.env[ENV.socketsEndpoint] = emulatorEndpoint();
  process.env[ENV.stragglersUrl] = `${emulatorEndpoint()}/000000000000/none.fifo`;
});

interface Form {
  readonly media: { readonly id: string };
  readonly upload: { readonly url: string; readonly fields: Record<string, string> };
}

async function ask(claim: { contentType: string; bytes: number }, headers: Record<string, string> = {}) {
  return await call(api, requestUpload, { fileName: 'engine', ...claim }, { headers });
}

/** Sends a form as a browser does. */
async function post({ upload: { url, fields } }: Form, data: Uint8Array): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(data)]), 'engine.jpg');
  const response = await fetch(url, { method: 'POST', body: form });
  expect(response.status).toBe(204);
}

/** The event S3 sends for the newest version of an object. */
async function arrival(mediaId: string, change: Partial<S3Event['Records'][number]['s3']['object']> = {}) {
  const key = `acme/${mediaId}/image`;
  const {
    ETag = '',
    VersionId,
    ContentLength = 0,
  } = await s3.send(new HeadObjectCommand({ Bucket: quarantine, Key: key }));
  const object = {
    key,
    size: ContentLength,
    eTag: ETag.replaceAll('"', ''),
    sequencer: '0',
    versionId: VersionId,
    ...change,
  };
  return { Records: [{ s3: { bucket: { name: quarantine }, object } }] } as S3Event;
}

/** The event of the scan of the object that another event tells of. */
const verdictOn = ({ Records: [record] }: S3Event, scanResultStatus = 'NO_THREATS_FOUND') => {
  const { key, eTag, versionId } = record!.s3.object;
  const s3ObjectDetails = { bucketName: quarantine, objectKey: key, eTag, versionId };
  const detail = { s3ObjectDetails, scanResultDetails: { scanResultStatus, threats: null } };
  return { detail } as EventBridgeEvent<string, unknown>;
};

/** An upload's arrival and the verdict on it, one after the other. */
async function arrives(event: S3Event, result?: string): Promise<void> {
  await receiveUpload(event);
  await processUpload(verdictOn(event, result));
}

const look = async (mediaId: string) => (await call(api, getMedia, { mediaId })).body;

describe('an upload, from the question to the picture', () => {
  it('comes out of the clean bucket as a picture, through an address that works', async () => {
    const photo = sample('DSCN0010.jpg');
    const form = (await ask({ contentType: 'image/jpeg', bytes: photo.length })).body as unknown as Form;
    await post(form, photo);
    const event = await arrival(form.media.id);
    await arrives(event);
    expect(await look(form.media.id)).toMatchObject({ state: 'ready', reason: null });
    const { versionId = '' } = event.Records[0]!.s3.object;
    for (const rendition of ['display', 'thumbnail'] as const) {
      const { body } = await call(downloads, getMediaUrl, { mediaId: form.media.id, rendition });
      const response = await fetch(String(body['url']));
      expect(response.headers.get('content-type')).toBe('image/webp');
      expect(response.headers.get('content-disposition')).toBe('inline');
      const picture = Buffer.from(await response.arrayBuffer());
      const { format, width, exif } = await sharp(picture).metadata();
      expect({ format, width, exif }).toEqual({ format: 'webp', width: rendition === 'display' ? 640 : 320 });
      const { ContentType } = await s3.send(
        new HeadObjectCommand({ Bucket: clean, Key: cleanKeyOf('acme', form.media.id, versionId, rendition) }),
      );
      expect(ContentType).toBe('image/webp');
    }
  });

  it('is judged by the version that came first, whatever is put over it later', async () => {
    const photo = sample('image01551.jpg');
    const form = (await ask({ contentType: 'image/jpeg', bytes: photo.length })).body as unknown as Form;
    await post(form, photo);
    const first = await arrival(form.media.id);
    await post(form, Buffer.from(photo.toReversed()));
    const second = await arrival(form.media.id);
    expect(second.Records[0]?.s3.object.versionId).not.toBe(first.Records[0]?.s3.object.versionId);
    await receiveUpload(first);
    await arrives(second);
    expect(await look(form.media.id)).toMatchObject({ state: 'scanning' });
    await processUpload(verdictOn(first));
    await arrives(second);
    expect(await look(form.media.id)).toMatchObject({ state: 'ready' });
  });

  it('stays as it is when its events come at once', async () => {
    const photo = sample('image01551.jpg');
    const form = (await ask({ contentType: 'image/jpeg', bytes: photo.length })).body as unknown as Form;
    await post(form, photo);
    const event = await arrival(form.media.id);
    const verdict = verdictOn(event);
    await Promise.all([processUpload(verdict), receiveUpload(event), processUpload(verdict), receiveUpload(event)]);
    expect(await look(form.media.id)).toMatchObject({ state: 'ready' });
  });

  it('is rejected for what it is, and the failure of one does not hold up another', async () => {
    const photo = sample('image01713.jpg');
    const good = (await ask({ contentType: 'image/jpeg', bytes: photo.length })).body as unknown as Form;
    const bad = (await ask({ contentType: 'image/png', bytes: photo.length })).body as unknown as Form;
    await post(good, photo);
    await post(bad, photo);
    const events = [await arrival(bad.media.id), await arrival(good.media.id)];
    const unnamed = await arrival(good.media.id, { eTag: '', versionId: undefined });
    const Records = [...unnamed.Records, ...events.flatMap((event) => event.Records)];
    await expect(receiveUpload({ Records })).rejects.toThrow('1 of 3 uploads failed');
    for (const event of events) await processUpload(verdictOn(event));
    expect(await look(bad.media.id)).toMatchObject({ state: 'rejected', reason: 'type_mismatch', renditions: [] });
    expect(await look(good.media.id)).toMatchObject({ state: 'ready' });
  });

  it('in which the scan found something is quarantined, and nothing of it is served', async () => {
    const photo = sample('image01551.jpg');
    const form = (await ask({ contentType: 'image/jpeg', bytes: photo.length })).body as unknown as Form;
    await post(form, photo);
    const event = await arrival(form.media.id);
    await arrives(event, 'THREATS_FOUND');
    await arrives(event);
    expect(await look(form.media.id)).toMatchObject({ state: 'quarantined', reason: 'malware', renditions: [] });
    const url = await call(downloads, getMediaUrl, { mediaId: form.media.id, rendition: 'display' });
    expect(url).toMatchObject({ status: 409, body: { code: 'media.not_ready' } });
    const { Versions = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: clean, Prefix: `acme/${form.media.id}` }),
    );
    expect(Versions).toEqual([]);
  });

  it('that nobody asked for is left alone', async () => {
    const object = { key: 'acme/med_unknown000000000000000/image', size: 1, eTag: 'e', sequencer: '0' };
    await arrives({ Records: [{ s3: { bucket: { name: quarantine }, object } }] } as S3Event);
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: clean, Prefix: object.key }));
    expect(Versions).toEqual([]);
  });
});

describe('an Idempotency-Key', () => {
  it('repeated gets the same media and a form that still works; with another file it is refused', async () => {
    const photo = sample('image01551.jpg');
    const headers = { 'Idempotency-Key': randomUUID() };
    const claim = { contentType: 'image/jpeg', bytes: photo.length };
    const first = await ask(claim, headers);
    const again = await ask(claim, headers);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body['media']).toEqual(first.body['media']);
    expect(await ask({ ...claim, bytes: 7 }, headers)).toMatchObject({
      status: 409,
      body: { code: 'media.idempotency_conflict' },
    });
    const form = again.body as unknown as Form;
    await post(form, photo);
    await arrives(await arrival(form.media.id));
    expect(await look(form.media.id)).toMatchObject({ state: 'ready' });
  });
});

describe('the store', () => {
  it('opens the version it is asked for, and only while its tag is the one announced', async () => {
    const form = (await ask({ contentType: 'image/jpeg', bytes: 3 })).body as unknown as Form;
    await post(form, Buffer.from('one'));
    const { object } = (await arrival(form.media.id)).Records[0]!.s3;
    await post(form, Buffer.from('two'));
    const { key, eTag } = object;
    const versioned = await openUpload({ key, versionId: object.versionId, eTag });
    expect(Buffer.from(await versioned!.read()).toString()).toBe('one');
    // As in a bucket without versions: the name now leads to another object.
    expect(await openUpload({ key, versionId: undefined, eTag })).toBeUndefined();
    expect(await openUpload({ key: `${key}x`, versionId: undefined, eTag })).toBeUndefined();
  });

  it('throws when it cannot be reached, so that nothing is taken for missing', async () => {
    process.env[ENV.quarantineBucket] = '';
    await expect(openUpload({ key: 'a', versionId: undefined, eTag: undefined })).rejects.toThrow('QUARANTINE_BUCKET');
    process.env[ENV.quarantineBucket] = quarantine;
  });

  it('refuses a rendition that does not have its digest', async () => {
    const rendition = { data: Buffer.from('x'), contentType: 'image/webp', sha256: '0'.repeat(64) };
    await expect(putRendition('acme/damaged', rendition)).rejects.toThrow();
    await expect(s3.send(new GetObjectCommand({ Bucket: clean, Key: 'acme/damaged' }))).rejects.toThrow();
  });
});
