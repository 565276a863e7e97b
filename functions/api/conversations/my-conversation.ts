import type * as z from 'zod';
import type { MyConversation } from '#contract/conversations.ts';
import { MySettings } from '#contract/member-settings.ts';
import { firstVisible } from '#domain/settings.ts';
import { type Head, seenFrom, toConversation } from '#table/conversation.ts';
import type { Member } from '#table/member.ts';

/** What a member has set for themselves, as of now: a mute that has ended is none. */
export function settingsAt(mine: MySettings | undefined, at: number): MySettings {
  const settings = mine ?? MySettings.parse({});
  const over = settings.mutedUntil !== null && Date.parse(settings.mutedUntil) <= at;
  return over ? { ...settings, muted: false, mutedUntil: null } : settings;
}

/** A conversation as one of its members sees it at a time. */
export const toMyConversation = (
  { conversationId, role, mine, joinedSeq }: Member & { readonly mine?: MySettings | undefined },
  head: Head,
  unreadCount: number,
  at: number,
): z.input<typeof MyConversation> => ({
  ...seenFrom(toConversation(conversationId, head, role), firstVisible(head.rules, { joinedSeq })),
  unreadCount,
  settings: settingsAt(mine, at),
});
