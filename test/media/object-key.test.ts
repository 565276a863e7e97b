import type { S3EventRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { arrivalOf, scannedOf } from '#functions/media/object-key.ts';
import { cleanKeyOf, quarantineKeyOf } from '#table/media-keys.ts';
import { MEDIA_ID, TENANT } from './memory-world.ts';

const record = (object: Partial<S3EventRecord['s3']['object']>): S3EventRecord =>
  ({
    s3: { object: { key: `acme/${MEDIA_ID}/image`, size: 1, eTag: 'e1', sequencer: '0', ...object } },
  }) as S3EventRecord;

describe('an S3 event', () => {
  it('names tenant, media and version', () => {
    expect(arrivalOf(record({ versionId: 'v1' }))).toEqual({
      tenant: TENANT,
      mediaId: MEDIA_ID,
      kind: 'image',
      object: { key: `acme/${MEDIA_ID}/image`, versionId: 'v1', eTag: 'e1' },
      objectVersion: 'v1',
      bytes: 1,
    });
  });

  it('reads keys as S3 writes them', () => {
    expect(arrivalOf(record({ key: `ac%6De/${MEDIA_ID}/file` }))?.object.key).toBe(`acme/${MEDIA_ID}/file`);
  });

  it.each([undefined, '', 'null'])(
    'of a bucket without versions (%j) tells objects apart by their tag',
    (versionId) => {
      const arrival = arrivalOf(record({ ...(versionId === undefined ? {} : { versionId }) }));
      expect(arrival).toMatchObject({ objectVersion: 'e1', object: { versionId: undefined } });
    },
  );

  it.each([
    `acme/${MEDIA_ID}`,
    `acme/${MEDIA_ID}/display`,
    `acme/${MEDIA_ID}/image/x`,
    `acme/${MEDIA_ID}+/image`,
    `acme/${MEDIA_ID}%23x/image`,
    `a%23b/${MEDIA_ID}/image`,
    `/${MEDIA_ID}/image`,
    `${MEDIA_ID}/image`,
    'acme/photo.jpg/image',
    '%',
    '',
  ])('with the key %j is nobody’s', (key) => {
    expect(arrivalOf(record({ key }))).toBeUndefined();
  });
});

describe('the key of a rendition', () => {
  it('names tenant, media, the version it was made of, and itself', () => {
    expect(cleanKeyOf('acme', MEDIA_ID, 'v1', 'display')).toBe(`acme/${MEDIA_ID}/3bfc269594ef6492/display`);
    expect(cleanKeyOf('acme', MEDIA_ID, 'v2', 'display')).not.toBe(cleanKeyOf('acme', MEDIA_ID, 'v1', 'display'));
  });

  it('and of an upload are told apart from any other by what stands in them', () => {
    expect(quarantineKeyOf('acme', MEDIA_ID, 'video')).toBe(`acme/${MEDIA_ID}/video`);
  });
});

describe('a verdict', () => {
  const scanned = (objectKey: string, change: object = {}) =>
    scannedOf({
      s3ObjectDetails: { bucketName: 'quarantine', objectKey, eTag: 'e1', versionId: 'v1', ...change },
      scanResultDetails: { scanResultStatus: 'NO_THREATS_FOUND' },
    });

  it('names the same object as the event of its arrival, but not its size', () => {
    const key = `acme/${MEDIA_ID}/image`;
    expect(scanned(key)).toEqual({ ...arrivalOf(record({ versionId: 'v1' })), bytes: undefined });
    expect(scanned(key, { versionId: null })).toMatchObject({ objectVersion: 'e1' });
  });

  it('has its key as it is, without any encoding', () => {
    expect(scanned(`ac%6De/${MEDIA_ID}/image`)).toBeUndefined();
  });
});
