import { useTable } from '../support/table.ts';

useTable();

import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { BlockEntity } from '#table/block.ts';
import { HeadEntity } from '#table/conversation.ts';
import { type Item, scope } from '#table/entity.ts';
import { hide } from '#table/hidden.ts';
import type { StoredMedia } from '#table/media.ts';
import { findReadable, findSendable, MediaLinkEntity, mayRead } from '#table/media-link.ts';
import { MemberEntity } from '#table/member.ts';
import { MessageEntity } from '#table/message.ts';
import { tableName } from '#table/table-name.ts';
import { readyMedia, sayPicture, showAsPictureOf } from '#test/support/media.ts';

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

const ready = (tenant = acme, change: Partial<StoredMedia> = {}): Promise<string> =>
  readyMedia(tenant, 'image/jpeg', { mediaId, ...change });

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
      await ready(acme, { state, exp: Math.ceil(Date.now() / 1_000) + 60 });
      expect(await findSendable(acme, mediaId, 'ada')).toBeUndefined();
    },
  );
});
