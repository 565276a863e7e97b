import type * as z from 'zod';
import type { MyConversation } from '#contract/conversations.ts';
import { MySettings } from '#contract/member-settings.ts';
import type { TenantRules } from '#contract/tenant.ts';
import { sightOf } from '#domain/visibility.ts';
import { type Head, toConversation } from '#table/conversation.ts';
import type { Member } from '#table/member.ts';

/** What a member has set for themselves, as of now: a mute that has ended is none. */
export function settingsAt(mine: MySettings | undefined, at: number): MySettings {
  const settings = mine ?? MySettings.parse({});
  const over = settings.mutedUntil !== null && Date.parse(settings.mutedUntil) <= at;
  return over ? { ...settings, muted: false, mutedUntil: null } : settings;
}

/** A conversation as one of its members sees it at a time. */
export const toMyConversation = (
  member: Member & { readonly mine?: MySettings | undefined },
  head: Head,
  unreadCount: number,
  { at, retention }: { readonly at: number; readonly retention: TenantRules['retention'] },
): z.input<typeof MyConversation> => ({
  ...toConversation(member.conversationId, head, member.role, sightOf(head, member, retention, at)),
  unreadCount,
  settings: settingsAt(member.mine, at),
});
