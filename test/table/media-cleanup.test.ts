/** How a media ends: removed by its owner, by an admin, by the clean-up; table and buckets compared. */
import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { reconcileMedia } from '#changing/reconcile-media.ts';
import { api } from '#contract/api.ts';
import { handler as library } from '#functions/api/library/library.lambda.ts';
import { handler as media } from '#functions/api/media/media.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { cleanDue } from '#functions/jobs/clean-due.ts';
import { dueNow } from '#table/due.ts';
import { scope } from '#table/entity.ts';
import { HoldEntity } from '#table/legal-hold.ts';
import { findMedia, MediaEntity, type StoredMedia } from '#table/media.ts';
import { RegisteredMediaEntity } from '#table/media-registry.ts';
import { MessageEntity } from '#table/message.ts';
import { tableName } from '#table/table-name.ts';
import { call } from '#test/support/call.ts';
import { aGroup, someClientId } from '#test/support/conversations.ts';
import { readyMedia, sayPicture } from '#test/support/media.ts';
import { keysUnder, putObject, useMediaBuckets } from '#test/support/media-buckets.ts';
import { standingOf } from '#test/support/media-links.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
useMediaBuckets();

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.now();

let tenants = 0;
let tenantId: string;
const tenant = () => scope(tenantId);
const as = (userId: string) => ({ tenantId, userId });
const admin = () => ({ tenantId, userId: 'root', roles: ['user', 'admin'] });
beforeEach(() => {
  tenantId = `clean-${tenants++}`;
});

const RENDITIONS: StoredMedia['renditions'] = [
  { name: 'display', contentType: 'image/webp', width: 2, height: 1, bytes: 5, sha256: 'ab' },
];

/** A media with its objects, registered and on the list. */
async function aMedia(change: Partial<StoredMedia> = {}): Promise<string> {
  const mediaId = await readyMedia(tenant(), 'image/jpeg', { renditions: RENDITIONS, orphanSince: NOW, ...change });
  await putObject('clean', `${tenantId}/${mediaId}/0123456789abcdef/display`);
  await putObject('quarantine', `${tenantId}/${mediaId}/image`);
  await putObject('quarantine', `${tenantId}/${mediaId}/image`);
  await documents.put({ TableName: tableName(), Item: RegisteredMediaEntity.toItem(tenant(), mediaId, { mediaId }) });
  await dueNow({ tenant: tenant(), userId: 'ada', id: mediaId, at: NOW }, 'MEDIA');
  return mediaId;
}
const clean = (now: number, dryRun = false) => cleanDue({ now, deadline: Date.now() + 60_000, dryRun });
const stored = (mediaId: string) => findMedia(tenant(), mediaId, 0);
const objects = (mediaId: string) => keysUnder(`${tenantId}/${mediaId}/`);
const reports = async () =>
  (await call(library, api.library.listCleanupReports, {}, admin())).body['items'] as Record<string, unknown>[];
const NONE = { clean: [], quarantine: [] };

describe('the clean-up', () => {
  it('removes what nothing shows when the time has come, with every version of its objects, and says so', async () => {
    const mediaId = await aMedia();
    await clean(NOW + DAY_MS - 1);
    expect(await stored(mediaId)).toBeDefined();
    await clean(NOW + DAY_MS + 1, true);
    // What was uploaded goes as soon as it was made into what is served.
    expect([(await objects(mediaId)).clean.length, (await objects(mediaId)).quarantine.length]).toEqual([1, 0]);
    await clean(NOW + DAY_MS + 2);
    expect(await stored(mediaId)).toBeUndefined();
    expect(await objects(mediaId)).toEqual(NONE);
    const [last, dry] = await reports();
    expect(last).toMatchObject({ kind: 'cleanup', dryRun: false, removed: 1, bytes: 5 });
    expect(dry).toMatchObject({ dryRun: true, removed: 1, bytes: 1_000 });
    expect(await call(library, api.library.listCleanupReports, {}, as('ada'))).toMatchObject({ status: 403 });
    expect(await clean(NOW + 2 * DAY_MS)).toMatchObject({ errors: 0 });
  });

  it('leaves what a message shows, and comes back when that is deleted; never before it could be brought back', async () => {
    const group = await aGroup(tenant(), ['ada', 'bob']);
    const mediaId = await aMedia();
    const body = { type: 'image', mediaId };
    const sent = await call(
      messages,
      api.messages.sendMessage,
      { conversationId: group, clientId: someClientId(), body },
      as('ada'),
    );
    await clean(NOW + 40 * DAY_MS);
    expect((await stored(mediaId))?.refs).toBe(1);
    await call(messages, api.messages.deleteMessage, { messageId: String(sent.body['id']) }, as('ada'));
    const at = Date.now();
    await clean(at + DAY_MS - 1_000);
    expect(await stored(mediaId)).toBeDefined();
    await clean(at + 31 * DAY_MS);
    expect(await stored(mediaId)).toBeUndefined();
    expect(await objects(mediaId)).toEqual(NONE);
  });

  it('removes nothing under a legal hold, and nothing that a link leads to which was not counted', async () => {
    const [held, linked] = [await aMedia(), await aMedia()];
    const Item = HoldEntity.toItem(tenant(), undefined, { reason: 'x', by: 'root', at: NOW });
    await documents.put({ TableName: tableName(), Item });
    await clean(NOW + 2 * DAY_MS);
    expect(await stored(held)).toBeDefined();
    await documents.delete({ TableName: tableName(), Key: { ...HoldEntity.key(tenant(), undefined) } });
    await sayPicture(tenant(), { conversationId: await aGroup(tenant(), ['ada']), seq: 50 }, linked);
    await documents.update({
      TableName: tableName(),
      Key: MediaEntity.key(tenant(), linked),
      UpdateExpression: 'SET refs = :none, orphanSince = :at',
      ExpressionAttributeValues: { ':none': 0, ':at': NOW },
    });
    await clean(NOW + 4 * DAY_MS);
    expect([await stored(held), (await stored(linked))?.mediaId]).toEqual([undefined, linked]);
  });

  it('keeps malware for a month, and what was rejected for a day', async () => {
    const ended = async (state: StoredMedia['state']) => aMedia({ state, orphanSince: NOW });
    const [bad, rejected] = [await ended('quarantined'), await ended('rejected')];
    await clean(NOW + 29 * DAY_MS);
    expect([(await stored(bad))?.state, await stored(rejected)]).toEqual(['quarantined', undefined]);
    await clean(NOW + 31 * DAY_MS);
    expect(await stored(bad)).toBeUndefined();
    expect(await objects(bad)).toEqual(NONE);
  });

  it('finishes what a run left that died between a media and its objects', async () => {
    const mediaId = await aMedia();
    await documents.delete({ TableName: tableName(), Key: { ...MediaEntity.key(tenant(), mediaId) } });
    await clean(NOW + 1);
    expect(await objects(mediaId)).toEqual(NONE);
  });
});

describe('removing a media', () => {
  const remove = (mediaId: string, options: { tenantId: string; userId: string; roles?: string[] }) =>
    call(library, api.library.removeMedia, { mediaId }, options);

  it('is its owner’s where nothing shows it; to others it is not there', async () => {
    const group = await aGroup(tenant(), ['ada', 'bob']);
    const mediaId = await aMedia();
    await sayPicture(tenant(), { conversationId: group, seq: 50 }, mediaId);
    expect(await remove(mediaId, as('ada'))).toMatchObject({
      status: 409,
      body: { code: 'media.in_use', references: 1 },
    });
    expect(await remove(mediaId, as('bob'))).toMatchObject({ status: 404 });
    const unused = await aMedia();
    expect(await remove(unused, as('bob'))).toMatchObject({ status: 404 });
    expect(await remove(unused, as('ada'))).toMatchObject({ status: 200 });
    expect(await objects(unused)).toEqual(NONE);
    expect(await remove(unused, as('ada'))).toMatchObject({ status: 404 });
    expect(await remove(await aMedia({ state: 'uploaded' }), as('ada'))).toMatchObject({ status: 409 });
  });

  it('is an admin’s wherever it is shown: it is gone for all, also its owner, and stays so', async () => {
    const group = await aGroup(tenant(), ['ada', 'bob']);
    const mediaId = await aMedia();
    const body = { type: 'image', mediaId };
    const sent = await call(
      messages,
      api.messages.sendMessage,
      { conversationId: group, clientId: someClientId(), body },
      as('ada'),
    );
    const get = async (userId: string) => (await call(media, api.media.getMedia, { mediaId }, as(userId))).status;
    expect([await get('ada'), await get('bob')]).toEqual([200, 200]);
    expect(await remove(mediaId, admin())).toMatchObject({ status: 200 });
    expect([await get('ada'), await get('bob')]).toEqual([404, 404]);
    expect(await objects(mediaId)).toEqual(NONE);
    const gallery = await call(library, api.library.listConversationMedia, { conversationId: group }, as('bob'));
    expect(gallery.body['items']).toEqual([]);
    expect((await standingOf(tenant(), mediaId)).refs).toBe(1);
    await call(messages, api.messages.deleteMessage, { messageId: String(sent.body['id']) }, as('ada'));
    await clean(Date.now() + 40 * DAY_MS);
    expect(await stored(mediaId)).toBeUndefined();
  });
});

describe('what the scan holds back', () => {
  it('is listed for admins', async () => {
    await aMedia();
    const bad = await aMedia({ state: 'quarantined', threat: 'EICAR-Test-File' });
    const listed = await call(library, api.library.listQuarantined, {}, admin());
    expect(listed.body['items']).toEqual([
      expect.objectContaining({ mediaId: bad, ownerId: 'ada', threat: 'EICAR-Test-File' }),
    ]);
    expect(await call(library, api.library.listQuarantined, {}, as('ada'))).toMatchObject({ status: 403 });
  });
});

describe('the comparison of table and buckets', () => {
  const compare = (dryRun = false, pause = 0, later = 2 * DAY_MS) =>
    reconcileMedia(tenant(), { now: () => Date.now() + later, until: Date.now() + later + 30_000, dryRun, pause });

  it('repairs both: strays go, what lost its objects is not given out, dead links and wrong counts are put right', async () => {
    const group = await aGroup(tenant(), ['ada', 'bob']);
    const whole = await aMedia();
    const lost = await readyMedia(tenant(), 'image/jpeg', { renditions: RENDITIONS });
    const Item = RegisteredMediaEntity.toItem(tenant(), lost, { mediaId: lost });
    await documents.put({ TableName: tableName(), Item });
    await putObject('clean', `${tenantId}/med_${'s'.repeat(22)}/0123456789abcdef/display`);
    await sayPicture(tenant(), { conversationId: group, seq: 50 }, whole);
    await sayPicture(tenant(), { conversationId: group, seq: 51 }, whole);
    await documents.delete({
      TableName: tableName(),
      Key: { ...MessageEntity.key(tenant(), { conversationId: group, seq: 51 }) },
    });
    expect(await compare(true)).toMatchObject({ links: 1, missing: 1, strays: 1, bytes: 5, dryRun: true });
    expect(await standingOf(tenant(), whole)).toMatchObject({ refs: 2 });
    // Young: what it belongs to may be on its way.
    expect(await compare(true, 0, 0)).toMatchObject({ links: 0, strays: 0 });

    expect(await compare()).toMatchObject({ links: 1, missing: 1, strays: 1, endedAt: expect.any(Number) });
    expect(await standingOf(tenant(), whole)).toMatchObject({ refs: 1, links: [expect.stringMatching(/50$/)] });
    expect((await stored(lost))?.missing).toBe(true);
    expect((await keysUnder(`${tenantId}/med_s`)).clean).toEqual([]);
    await documents.update({
      TableName: tableName(),
      Key: MediaEntity.key(tenant(), whole),
      UpdateExpression: 'SET refs = :wrong',
      ExpressionAttributeValues: { ':wrong': 7 },
    });
    await putObject('clean', `${tenantId}/${lost}/0123456789abcdef/display`);
    expect(await compare()).toMatchObject({ counts: 1, missing: 0, links: 0 });
    expect([(await stored(whole))?.refs, (await stored(lost))?.missing]).toEqual([1, undefined]);
    expect((await reports())[0]).toMatchObject({ kind: 'reconcile', counts: 1 });
  });

  it('is one’s at a time, goes on where it stopped, and begins anew after its pause', async () => {
    for (let index = 0; index < 45; index++) await aMedia();
    let looks = 0;
    const short = await reconcileMedia(tenant(), {
      now: () => (looks++ < 3 ? NOW : NOW + HOUR_MS),
      until: NOW + 1,
      dryRun: false,
      pause: 0,
    });
    expect(short).toMatchObject({ looked: 20 });
    expect(short).not.toHaveProperty('endedAt');
    const [one, other] = await Promise.all([compare(), compare()]);
    expect([one, other].filter((report) => report !== undefined)).toEqual([expect.objectContaining({ looked: 45 })]);
    expect(await compare(false, 40 * DAY_MS)).toBeUndefined();
    expect(await compare()).toMatchObject({ looked: 45 });
  });
});
