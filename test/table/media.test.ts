import { useTable } from '../support/table.ts';

useTable();

import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { BlockEntity } from '#table/block.ts';
import { HeadEntity } from '#table/conversation.ts';
import { type Item, scope } from '#table/entity.ts';
import { hide } from '#table/hidden.ts';
import { findMedia, MediaEntity, moveMedia, type StoredMedia } from '#table/media.ts';
import { findReadable, findSendable, MediaLinkEntity, mayRead } from '#table/media-link.ts';
import { createMedia } from '#table/media-upload.ts';
import { MemberEntity } from '#table/member.ts';
import { MessageEntity } from '#table/message.ts';
import { tableName } from '#table/table-name.ts';
import { sayPicture, showAsPictureOf } from '#test/support/media.ts';

const acme = scope('acme');
const globex = scope('globex');
// Whole seconds, and today: what lies in the past may be swept while the test looks at it.
const NOW = Math.floor(Date.now() / 1_000) * 1_000;

let mediaId: string;
let count = 0;
beforeEach(() => {
  mediaId = `med_${String(count++).padStart(22, '0')}`;
});

const conversation = (index: number): string => `cnv_${String(index).padStart(22, '0')}`;

const requested = (change: Partial<StoredMedia> = {}): StoredMedia => ({
  mediaId,
  ownerId: 'ada',
  state: 'requested',
  fileName: 'engine.jpg',
  contentType: 'image/jpeg',
  bytes: 1_000,
  createdAt: NOW,
  version: 1,
  ...change,
});

const renditions: StoredMedia['renditions'] = [
  { name: 'display', contentType: 'image/webp', width: 2, height: 1, bytes: 3, sha256: 'ab' },
];

async function ready(tenant = acme): Promise<StoredMedia> {
  const media = requested();
  await createMedia(tenant, media);
  const uploaded = await moveMedia(tenant, media, 'v1', { to: 'uploaded' });
  const scanning = await moveMedia(tenant, uploaded!, 'v1', { to: 'scanning' });
  const processing = await moveMedia(tenant, scanning!, 'v1', { to: 'processing' });
  return (await moveMedia(tenant, processing!, 'v1', { to: 'ready', renditions }))!;
}

const put = async (item: Item): Promise<void> => {
  await documents.put({ TableName: tableName(), Item: item });
};

const join = async (conversationId: string, userId: string, joinedSeq = 1, since = false): Promise<void> => {
  const member = { userId, conversationId, role: 'member', joinedAt: NOW, joinedSeq, addedBy: 'ada' } as const;
  await put(MemberEntity.toItem(acme, member, NOW));
  await put(
    HeadEntity.toItem(acme, conversationId, {
      ...{ type: 'group', createdBy: 'ada', createdAt: NOW, seq: joinedSeq, firstSeq: 1, lastAt: NOW },
      ...{ recent: {}, older: {}, generation: 0, floor: -1 },
      ...(since ? { rules: { since: true } } : {}),
    }),
  );
};

const leave = (conversationId: string, userId: string): Promise<unknown> =>
  documents.delete({ TableName: tableName(), Key: MemberEntity.key(acme, { conversationId, userId }) });

describe('a media', () => {
  it('comes back as it was written', async () => {
    expect(await createMedia(acme, requested())).toBe(true);
    expect(await findMedia(acme, mediaId, NOW)).toEqual({ ...requested(), counted: Math.floor(NOW / 3_600_000) });
  });

  it('is not overwritten by another under its id', async () => {
    await createMedia(acme, requested());
    expect(await createMedia(acme, requested({ ownerId: 'eve' }))).toBe(false);
    expect((await findMedia(acme, mediaId, NOW))?.ownerId).toBe('ada');
  });

  it('is seen for thirty days after nothing came of it, and gone then, though DynamoDB has not deleted it', async () => {
    await createMedia(acme, requested());
    const expired = await moveMedia(acme, (await findMedia(acme, mediaId, NOW))!, undefined, { to: 'expired' }, NOW);
    expect(expired).toMatchObject({ state: 'expired', orphanSince: NOW });
    expect(expired).not.toHaveProperty('objectVersion');
    const end = NOW + 30 * 86_400_000;
    expect(await findMedia(acme, mediaId, end - 1)).toEqual(expired);
    expect(await findMedia(acme, mediaId, end)).toBeUndefined();
    expect(await createMedia(acme, requested({ createdAt: end - 1 }))).toBe(false);
    expect(await createMedia(acme, requested({ createdAt: end }))).toBe(true);
  });

  it('does not go away once something was uploaded', async () => {
    await ready();
    expect(await findMedia(acme, mediaId, NOW * 2)).toMatchObject({ state: 'ready' });
    expect(await createMedia(acme, requested({ createdAt: NOW * 2 }))).toBe(false);
  });
});

describe('an edge', () => {
  it('is taken once, from the state it leaves', async () => {
    const media = requested();
    await createMedia(acme, media);
    const moved = await moveMedia(acme, media, 'v1', { to: 'uploaded' });
    expect(moved).toMatchObject({ state: 'uploaded', objectVersion: 'v1', version: 2 });
    expect(await moveMedia(acme, media, 'v1', { to: 'uploaded' })).toBeUndefined();
    expect(await findMedia(acme, mediaId, NOW)).toEqual(moved);
  });

  it('is taken by one of many that try at once, and binds that one’s object', async () => {
    const media = requested();
    await createMedia(acme, media);
    const tries = Array.from({ length: 16 }, (_, index) => moveMedia(acme, media, `v${index}`, { to: 'uploaded' }));
    const won = (await Promise.all(tries)).filter((moved) => moved !== undefined);
    expect(won).toHaveLength(1);
    expect((await findMedia(acme, mediaId, NOW))?.objectVersion).toBe(won[0]!.objectVersion);
  });

  it('after the first is not taken for another version of the object', async () => {
    const media = requested();
    await createMedia(acme, media);
    const uploaded = (await moveMedia(acme, media, 'v1', { to: 'uploaded' }))!;
    expect(await moveMedia(acme, uploaded, 'v2', { to: 'scanning' })).toBeUndefined();
    expect(await moveMedia(acme, uploaded, 'v2', { to: 'rejected', reason: 'unreadable' })).toBeUndefined();
    expect((await findMedia(acme, mediaId, NOW))?.state).toBe('uploaded');
  });

  it('is not taken from a state the media has left, by the same object’s own late event', async () => {
    const media = requested();
    await createMedia(acme, media);
    const uploaded = (await moveMedia(acme, media, 'v1', { to: 'uploaded' }))!;
    const scanning = (await moveMedia(acme, uploaded, 'v1', { to: 'scanning' }))!;
    const processing = (await moveMedia(acme, scanning, 'v1', { to: 'processing' }))!;
    const end = await moveMedia(acme, processing, 'v1', { to: 'ready', renditions });
    expect(await moveMedia(acme, processing, 'v1', { to: 'rejected', reason: 'unreadable' })).toBeUndefined();
    expect(await moveMedia(acme, uploaded, 'v1', { to: 'scanning' })).toBeUndefined();
    expect(await findMedia(acme, mediaId, NOW)).toEqual(end);
  });

  it('carries what became known', async () => {
    expect(await ready()).toMatchObject({ state: 'ready', renditions, version: 5 });
    mediaId = mediaId.replace('med_0', 'med_r');
    await createMedia(acme, requested());
    const uploaded = (await moveMedia(acme, requested(), 'v1', { to: 'uploaded' }))!;
    const rejected = await moveMedia(acme, uploaded, 'v1', { to: 'rejected', reason: 'type_mismatch' });
    expect(rejected).toMatchObject({ state: 'rejected', reason: 'type_mismatch' });
  });

  it('that does not exist is a fault of ours', async () => {
    const media = await ready();
    for (const to of ['requested', 'uploaded', 'processing', 'rejected'] as const)
      await expect(moveMedia(acme, media, 'v1', { to })).rejects.toThrow('no edge leads');
    expect((await findMedia(acme, mediaId, NOW))?.state).toBe('ready');
  });

  it('of a media that is not there is not taken and makes none', async () => {
    expect(await moveMedia(acme, requested(), 'v1', { to: 'uploaded' })).toBeUndefined();
    expect(await findMedia(acme, mediaId, NOW)).toBeUndefined();
  });
});

describe('who may read a media', () => {
  it('its owner, and whoever is in a conversation that carries it, for as long as they are', async () => {
    await ready();
    await join(conversation(1), 'bob');
    expect(await findReadable(acme, mediaId, 'ada', NOW)).toBeDefined();
    expect(await findReadable(acme, mediaId, 'bob', NOW)).toBeUndefined();
    await sayPicture(acme, { conversationId: conversation(1), seq: 2 }, mediaId);
    expect(await findReadable(acme, mediaId, 'bob', NOW)).toBeDefined();
    expect(await findReadable(acme, mediaId, 'eve', NOW)).toBeUndefined();
    await leave(conversation(1), 'bob');
    expect(await findReadable(acme, mediaId, 'bob', NOW)).toBeUndefined();
  });

  it('nobody of another tenant, even under the same names', async () => {
    await ready(globex);
    await join(conversation(2), 'bob');
    await sayPicture(globex, { conversationId: conversation(2), seq: 2 }, mediaId);
    expect(await mayRead(globex, mediaId, 'bob')).toBe(false);
    expect(await mayRead(acme, mediaId, 'bob')).toBe(false);
    expect(await findReadable(acme, mediaId, 'ada', NOW)).toBeUndefined();
  });

  it('nobody who came later, where they do not see what was before; what the conversation itself shows, everybody', async () => {
    await ready();
    await join(conversation(5), 'bob', 1, true);
    await join(conversation(5), 'late', 8, true);
    await sayPicture(acme, { conversationId: conversation(5), seq: 7 }, mediaId);
    expect(await mayRead(acme, mediaId, 'bob')).toBe(true);
    expect(await mayRead(acme, mediaId, 'late')).toBe(false);
    // Said again where they are, it is theirs to see.
    await sayPicture(acme, { conversationId: conversation(5), seq: 9 }, mediaId);
    await sayPicture(acme, { conversationId: conversation(5), seq: 6 }, mediaId);
    expect(await mayRead(acme, mediaId, 'late')).toBe(true);
    await join(conversation(6), 'later', 20, true);
    await showAsPictureOf(acme, conversation(6), mediaId);
    await sayPicture(acme, { conversationId: conversation(6), seq: 3 }, mediaId);
    expect(await mayRead(acme, mediaId, 'later')).toBe(true);
    await join(conversation(7), 'anybody', 20);
    await sayPicture(acme, { conversationId: conversation(7), seq: 3 }, mediaId);
    expect(await mayRead(acme, mediaId, 'anybody')).toBe(true);
  });

  it('a member of the last of many conversations it was sent to', async () => {
    await ready();
    for (let index = 100; index < 305; index++)
      await sayPicture(acme, { conversationId: conversation(index), seq: 2 }, mediaId);
    await join(conversation(304), 'zoe');
    expect(await mayRead(acme, mediaId, 'zoe')).toBe(true);
    expect(await mayRead(acme, mediaId, 'bob')).toBe(false);
  });

  it('nobody by a message of somebody they have blocked, or that they have hidden', async () => {
    await ready();
    await join(conversation(8), 'bob');
    await sayPicture(acme, { conversationId: conversation(8), seq: 2 }, mediaId, { u: 'eve' });
    expect(await mayRead(acme, mediaId, 'bob')).toBe(true);
    await put(BlockEntity.toItem(acme, { userId: 'bob', blockedId: 'eve' }, { at: NOW }));
    expect(await mayRead(acme, mediaId, 'bob')).toBe(false);
    await sayPicture(acme, { conversationId: conversation(8), seq: 3 }, mediaId);
    expect(await mayRead(acme, mediaId, 'bob')).toBe(true);
    await hide(acme, { conversationId: conversation(8), userId: 'bob' }, { seq: 3, known: undefined, at: NOW });
    expect(await mayRead(acme, mediaId, 'bob')).toBe(false);
    await join(conversation(8), 'cleo');
    expect(await mayRead(acme, mediaId, 'cleo')).toBe(true);
  });

  it('whoever a link of before messages were told apart lets in', async () => {
    await ready();
    await join(conversation(3), 'bob');
    const stored = { u: 'ada', a: NOW, v: 1, b: { type: 'image', mediaId } } as const;
    const message = { conversationId: conversation(3), seq: 2 };
    await put(MessageEntity.toItem(acme, message, stored));
    expect(await mayRead(acme, mediaId, 'bob')).toBe(false);
    const old = { mediaId, conversationId: conversation(3), carrier: undefined };
    await put(MediaLinkEntity.toItem(acme, old, { conversationId: conversation(3), s: 2, a: NOW }));
    expect(await mayRead(acme, mediaId, 'bob')).toBe(true);
    await put(MessageEntity.toItem(acme, message, { ...stored, b: { type: 'deleted' } }));
    expect(await mayRead(acme, mediaId, 'bob')).toBe(false);
  });
});

describe('what may be sent', () => {
  it('is ready, and one’s own or readable', async () => {
    await ready();
    expect(await findSendable(acme, mediaId, 'ada')).toMatchObject({ state: 'ready' });
    expect(await findSendable(acme, mediaId, 'bob')).toBeUndefined();
    await join(conversation(4), 'bob');
    await sayPicture(acme, { conversationId: conversation(4), seq: 2 }, mediaId);
    expect(await findSendable(acme, mediaId, 'bob')).toMatchObject({ state: 'ready' });
    expect(await findSendable(globex, mediaId, 'ada')).toBeUndefined();
  });

  it.each(['requested', 'uploaded', 'scanning', 'processing', 'rejected', 'quarantined', 'expired'] as const)(
    'is nothing that is %s, not even one’s own',
    async (state) => {
      await put(MediaEntity.toItem(acme, mediaId, requested({ state, exp: Math.ceil(Date.now() / 1_000) + 60 })));
      expect(await findSendable(acme, mediaId, 'ada')).toBeUndefined();
    },
  );
});
