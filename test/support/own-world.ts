import { partsOfMessageId } from '#contract/ids.ts';
import { BookmarkEntity, BookmarkPlaceEntity } from '#table/bookmark.ts';
import { DeviceEntity } from '#table/device.ts';
import { DraftEntity } from '#table/draft.ts';
import type { Item, TenantKey } from '#table/entity.ts';
import { OwnCountEntity } from '#table/own.ts';
import { ScheduledEntity } from '#table/scheduled.ts';
import { CONVERSATION_ID, DEVICE_ID, OWN_MESSAGE_ID, SCHEDULED_ID } from './example-ids.ts';

/** What belongs to ada alone in the examples: a bookmark, a draft, a scheduled message and a device. */
export function ownItems(tenant: TenantKey, at: number): Item[] {
  const userId = 'ada';
  const message = partsOfMessageId(OWN_MESSAGE_ID);
  return [
    BookmarkEntity.toItem(tenant, { ...message, userId }, { at }),
    BookmarkPlaceEntity.toItem(tenant, { ...message, userId, at }, { ...message, at }),
    OwnCountEntity.toItem(tenant, { userId, of: 'bookmarks' }, { n: 1 }),
    DraftEntity.toItem(
      tenant,
      { userId, conversationId: CONVERSATION_ID, thread: undefined },
      { conversationId: CONVERSATION_ID, version: 1, at, content: { body: { type: 'text', text: 'The eng' } } },
    ),
    OwnCountEntity.toItem(tenant, { userId, of: 'drafts' }, { n: 1 }),
    ScheduledEntity.toItem(
      tenant,
      { userId, id: SCHEDULED_ID },
      {
        ...{
          id: SCHEDULED_ID,
          conversationId: CONVERSATION_ID,
          content: { body: { type: 'text', text: 'Good night.' } },
        },
        ...{ hash: 'test', sendAt: Date.UTC(2100, 0), state: 'scheduled', version: 1, createdAt: at },
      },
    ),
    OwnCountEntity.toItem(tenant, { userId, of: 'scheduled' }, { n: 1 }),
    DeviceEntity.toItem(tenant, { userId, deviceId: DEVICE_ID }, { deviceId: DEVICE_ID, firstAt: at, lastAt: at }),
  ];
}
