import type * as z from 'zod';
import type { MyConversation } from '#contract/conversations.ts';
import type { MySettings } from '#contract/member-settings.ts';
import type { TenantRules } from '#contract/tenant.ts';
import { settingsAt } from '#domain/my-settings.ts';
import type { Unread } from '#domain/unread.ts';
import { sightOf } from '#domain/visibility.ts';
import { type Head, toConversation } from '#table/conversation.ts';
import type { Member } from '#table/member.ts';

/** A conversation as one of its members sees it at a time. */
export const toMyConversation = (
  member: Member & { readonly mine?: MySettings | undefined },
  head: Head,
  { unread, mentions }: Unread,
  { at, retention }: { readonly at: number; readonly retention: TenantRules['retention'] },
): z.input<typeof MyConversation> => ({
  ...toConversation(member.conversationId, head, member.role, sightOf(head, member, retention, at)),
  unreadCount: unread,
  mentionCount: mentions,
  settings: settingsAt(member.mine, at),
});
