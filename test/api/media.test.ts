import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { getMedia, UPLOAD_LIMITS } from '#contract/media.ts';
import { requestUpload } from '#contract/uploads.ts';
import { type Item, scope } from '#table/entity.ts';
import { MediaEntity, type StoredMedia } from '#table/media.ts';
import { MediaLinkEntity } from '#table/media-link.ts';
import { MessageEntity, seqOf } from '#table/message.ts';
import { type Post, whyRefused } from '../media/post-policy.ts';
import { mockAws, setEnvironment } from '../support/aws.ts';
import { type CallOptions, call } from '../support/call.ts';
import { CONVERSATION_ID, MEDIA_ID } from '../support/example-ids.ts';
import { EXAMPLES } from '../support/examples.ts';
import { answerFrom } from '../support/fake-table.ts';
import { itemsOf } from '../support/world.ts';

setEnvironment();
const { handler } = await import('#functions/api/media/media.lambda.ts');
const aws = mockAws();
vi.spyOn(process.stdout, 'write').mockReturnValue(true);
beforeEach(aws.reset);

const QUARANTINE = 'test-quarantine-bucket';
const acme = scope('acme');

/** The example world with ada's picture changed and, if wanted, sent into the conversation of ada and bob. */
function given(change: Partial<StoredMedia> = {}, sent = false): void {
  const items = itemsOf('acme').map((item) => (item['ty'] === MediaEntity.type ? { ...item, ...change } : item));
  const link: Item = MediaLinkEntity.toItem(
    acme,
    { mediaId: MEDIA_ID, conversationId: CONVERSATION_ID, carrier: 1 },
    { conversationId: CONVERSATION_ID, s: 1 },
  );
  const carried = items.map((item) =>
    item['ty'] === MessageEntity.type && seqOf(item['sk']) === 1 && String(item['pk']).endsWith(CONVERSATION_ID)
      ? { ...item, b: { type: 'image', mediaId: MEDIA_ID } }
      : item,
  );
  answerFrom(aws.documents, sent ? [...carried, link] : items);
}

interface Upload {
  readonly media: { readonly id: string; readonly claimed: { readonly fileName: string } };
  readonly upload: { readonly url: string; readonly fields: Record<string, string>; readonly expiresAt: string };
}

const claim = { fileName: 'engine.jpg', contentType: 'image/jpeg', bytes: 1_000 };

async function ask(input: Record<string, unknown> = claim, options: CallOptions = {}): Promise<Upload> {
  const { status, body } = await call(handler, requestUpload, input, options);
  expect(status).toBe(201);
  return body as unknown as Upload;
}

describe('asking for an upload', () => {
  it('notes the claim and says where the file goes', async () => {
    const { media, upload } = await ask({ ...claim, fileName: '../holiday\u202egpj.jpg' });
    const [made] = aws.documents.commandCalls(TransactWriteCommand);
    expect(made?.args[0].input.TransactItems[0].Put.Item).toMatchObject({
      pk: `T#acme#MD#${media.id}`,
      sk: 'MEDIA',
      state: 'requested',
      ownerId: 'ada',
      fileName: 'holidaygpj.jpg',
      bytes: 1_000,
      counted: expect.any(Number),
    });
    expect(upload.url).toContain(QUARANTINE);
    expect(upload.fields).toMatchObject({ key: `acme/${media.id}/image`, 'Content-Type': 'image/jpeg' });
    expect(media.claimed.fileName).toBe('holidaygpj.jpg');
  });

  it('is refused for types and sizes that are not taken, and nothing is noted', async () => {
    for (const contentType of ['image/svg+xml', 'text/html', 'nonsense'])
      expect(await call(handler, requestUpload, { ...claim, contentType })).toMatchObject({
        status: 400,
        body: { code: 'media.type_unsupported' },
      });
    expect(await call(handler, requestUpload, { ...claim, bytes: UPLOAD_LIMITS['image/jpeg'] + 1 })).toMatchObject({
      status: 400,
      body: { code: 'media.too_large', maxBytes: UPLOAD_LIMITS['image/jpeg'] },
    });
    expect(await call(handler, requestUpload, { ...claim, bytes: 0 })).toMatchObject({ status: 400 });
    expect(aws.documents.commandCalls(TransactWriteCommand)).toEqual([]);
  });

  it('gives every request a media of its own, unless its Idempotency-Key is repeated by the same user', async () => {
    const headers = { 'Idempotency-Key': 'k-1' };
    const ids = [
      (await ask()).media.id,
      (await ask()).media.id,
      (await ask(claim, { headers })).media.id,
      (await ask(claim, { headers, userId: 'bob' })).media.id,
      (await ask(claim, { headers, tenantId: 'globex' })).media.id,
    ];
    expect(new Set(ids).size).toBe(5);
    expect((await ask(claim, { headers })).media.id).toBe(ids[2]);
  });
});

describe('the form', () => {
  const posted = async (): Promise<Post> => {
    const { upload } = await ask();
    return { bucket: QUARANTINE, fields: upload.fields, fileBytes: 1_000, at: Date.now() };
  };
  const verdict = (post: Post) => whyRefused(post, 'test');

  it('lets exactly the announced file in', async () => {
    expect(verdict(await posted())).toBeUndefined();
  });

  it('cannot be bent: bucket, key, type, size, time, metadata, redirect or the policy itself', async () => {
    const post = await posted();
    const key = post.fields['key']!;
    const fields = (change: Record<string, string>): Post => ({ ...post, fields: { ...post.fields, ...change } });
    const wider = (from: string, to: string): Post =>
      fields({
        Policy: Buffer.from(Buffer.from(post.fields['Policy']!, 'base64').toString('utf8').replace(from, to)).toString(
          'base64',
        ),
      });
    const { Policy: _, ...withoutPolicy } = post.fields;
    const bent: [string, Post, string][] = [
      ['another bucket', { ...post, bucket: 'test-clean-bucket' }, 'condition on bucket'],
      ['a key below it', fields({ key: `${key}/display` }), 'condition on key'],
      ['another media', fields({ key: `acme/${MEDIA_ID}` }), 'condition on key'],
      ['another tenant', fields({ key: key.replace('acme/', 'globex/') }), 'condition on key'],
      ['the file’s own name', fields({ key: `acme/\${filename}` }), 'condition on key'],
      ['a page', fields({ 'Content-Type': 'text/html' }), 'condition on content-type'],
      ['a parameter', fields({ 'Content-Type': 'image/jpeg; charset=utf-8' }), 'condition on content-type'],
      ['a byte less', { ...post, fileBytes: 999 }, 'size'],
      ['a byte more', { ...post, fileBytes: 1_001 }, 'size'],
      ['nothing', { ...post, fileBytes: 0 }, 'size'],
      ['later than ten minutes', { ...post, at: Date.now() + 600_000 }, 'expired'],
      ['metadata', fields({ 'x-amz-meta-owner': 'eve' }), 'extra field x-amz-meta-owner'],
      ['public', fields({ acl: 'public-read' }), 'extra field acl'],
      ['a redirect', fields({ success_action_redirect: 'https://evil.test' }), 'extra field success_action_redirect'],
      ['an encoding', fields({ 'Content-Encoding': 'gzip' }), 'extra field content-encoding'],
      ['a wider size', wider('1000,1000', '0,99999999'), 'signature'],
      ['a wider key', wider('acme/', 'globex/'), 'signature'],
      ['no policy', { ...post, fields: withoutPolicy }, 'no policy'],
      ['no signature', fields({ 'X-Amz-Signature': '' }), 'signature'],
      [
        'another day',
        fields({ 'X-Amz-Credential': post.fields['X-Amz-Credential']!.replace(/\/\d{8}\//, '/20200101/') }),
        'signature',
      ],
    ];
    expect(bent.map(([how, changed]) => [how, verdict(changed)])).toEqual(bent.map(([how, , why]) => [how, why]));
  });

  it('is good for ten minutes and says so', async () => {
    const before = Date.now();
    const { upload } = await ask();
    const { expiration } = JSON.parse(Buffer.from(upload.fields['Policy']!, 'base64').toString('utf8'));
    for (const end of [upload.expiresAt, expiration]) {
      expect(Date.parse(end) - before).toBeGreaterThan(598_000);
      expect(Date.parse(end) - Date.now()).toBeLessThanOrEqual(600_000);
    }
  });
});

describe('looking at a media', () => {
  const look = (options: CallOptions = {}) => call(handler, getMedia, EXAMPLES.media.getMedia, options);

  it('shows its owner how far it is', async () => {
    given({ state: 'rejected', reason: 'unreadable', renditions: [] });
    expect(await look()).toMatchObject({
      status: 200,
      body: { id: MEDIA_ID, ownerId: 'ada', state: 'rejected', reason: 'unreadable', renditions: [] },
    });
  });

  it('keeps what only the server needs to itself', async () => {
    given();
    const { body } = await look();
    expect(getMedia.output.safeParse(body)).toMatchObject({ success: true });
    expect(JSON.stringify(body)).not.toMatch(/sha256|objectVersion/);
  });

  it('shows it to members of a conversation that carries it', async () => {
    given({}, true);
    expect(await look({ userId: 'bob' })).toMatchObject({ status: 200 });
  });

  it('answers the same about a foreign, an expired and a missing one', async () => {
    given();
    const foreign = await look({ userId: 'bob' });
    given({}, true);
    const stranger = await look({ userId: 'eve' });
    given({ state: 'expired', exp: Math.floor(Date.now() / 1_000) - 1 });
    const expired = await look();
    answerFrom(aws.documents, []);
    const missing = await look();
    expect(missing).toMatchObject({ status: 404, body: { code: 'media.not_found' } });
    expect([foreign, stranger, expired]).toEqual([missing, missing, missing]);
  });
});
