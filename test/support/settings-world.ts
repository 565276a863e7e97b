import { DEFAULT_SETTINGS } from '#contract/settings.ts';
import { HeadEntity } from '#table/conversation.ts';
import type { Item, TenantKey } from '#table/entity.ts';
import { ChangeEntity } from '#table/log/change.ts';
import { MemberEntity } from '#table/member.ts';
import { ProfileEntity, SettingsVersionEntity } from '#table/settings.ts';
import { ARCHIVED_ID, CONVERSATION_ID } from './example-ids.ts';

/** Number of the log entry that changed the settings of the examples' conversation: its last. */
export const SETTINGS_CHANGE = 5;

/** The settings of the examples' conversation, changed once by ada, and an archived conversation of hers. */
export function settingsItems(tenant: TenantKey, at: number): Item[] {
  const conversationId = CONVERSATION_ID;
  const settings = { ...DEFAULT_SETTINGS, notifications: 'mentions' as const };
  const seq = SETTINGS_CHANGE;
  return [
    ProfileEntity.toItem(tenant, conversationId, {
      name: 'Engines',
      description: null,
      metadata: {},
      settings,
      version: 2,
    }),
    SettingsVersionEntity.toItem(tenant, { conversationId, version: 2 }, { settings, seq }),
    ChangeEntity.toItem(
      tenant,
      { conversationId, seq },
      {
        u: 'ada',
        c: 'AZqYt2a0cK6fPpQ1mWk3ZQ',
        h: 'test',
        a: at,
        d: {
          kind: 'settings_updated',
          before: { notifications: 'all' },
          after: { notifications: 'mentions' },
          version: 2,
        },
      },
    ),
    HeadEntity.toItem(tenant, ARCHIVED_ID, {
      type: 'group',
      name: 'Looms',
      createdBy: 'ada',
      createdAt: at,
      seq: 2,
      firstSeq: 1,
      recent: {},
      older: {},
      generation: 0,
      floor: -1,
      lastAt: at,
      archivedAt: at,
    }),
    MemberEntity.toItem(
      tenant,
      { userId: 'ada', conversationId: ARCHIVED_ID, role: 'owner', joinedAt: at, joinedSeq: 1, addedBy: 'ada' },
      at,
    ),
  ];
}
