import type { S3EventRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { arrivalOf } from '#functions/media/object-key.ts';
import { MEDIA_ID, TENANT } from './memory-world.ts';

const record = (object: Partial<S3EventRecord['s3']['object']>): S3EventRecord =>
  ({ s3: { object: { key: `acme/${MEDIA_ID}`, size: 1, eTag: 'e1', sequencer: '0', ...object } } }) as S3EventRecord;

describe('an S3 event', () => {
  it('names tenant, media and version', () => {
    expect(arrivalOf(record({ versionId: 'v1' }))).toEqual({
      tenant: TENANT,
      mediaId: MEDIA_ID,
      object: { key: `acme/${MEDIA_ID}`, versionId: 'v1', eTag: 'e1' },
      objectVersion: 'v1',
    });
  });

  it('reads keys as S3 writes them', () => {
    expect(arrivalOf(record({ key: `ac%6De/${MEDIA_ID}` }))?.object.key).toBe(`acme/${MEDIA_ID}`);
  });

  it.each([undefined, '', 'null'])(
    'of a bucket without versions (%j) tells objects apart by their tag',
    (versionId) => {
      const arrival = arrivalOf(record({ ...(versionId === undefined ? {} : { versionId }) }));
      expect(arrival).toMatchObject({ objectVersion: 'e1', object: { versionId: undefined } });
    },
  );

  it.each([
    `acme/${MEDIA_ID}/display`,
    `acme/${MEDIA_ID}+`,
    `acme%2F${MEDIA_ID}%23x`,
    `a%23b/${MEDIA_ID}`,
    `/${MEDIA_ID}`,
    MEDIA_ID,
    'acme/photo.jpg',
    '%',
    '',
  ])('with the key %j is nobody’s', (key) => {
    expect(arrivalOf(record({ key }))).toBeUndefined();
  });
});
