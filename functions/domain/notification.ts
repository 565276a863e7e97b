import * as z from 'zod';
import { ConversationId, TenantId } from '#contract/ids.ts';
import type { MySettings } from '#contract/member-settings.ts';
import type { ConversationSettings } from '#contract/settings.ts';
import { type Called, mentions } from './message-parts.ts';
import { settingsAt } from './my-settings.ts';

/** Members up to which a conversation notifies all of them; in a larger one only those whom a message mentions by name. */
export const NOTIFY_ALL_MEMBERS = 1_000;

/** Messages of a conversation that one look considers; of more the last ones. */
export const MOST_CONSIDERED = 500;

/** New messages of one conversation, between two numbers, of which somebody may have to be notified in a while. */
export const Pending = z.strictObject({
  tenant: TenantId,
  conversationId: ConversationId,
  first: z.int(),
  last: z.int(),
});
export type Pending = z.output<typeof Pending>;

/** Pending messages, one entry a conversation. */
export function gathered(pending: readonly Pending[]): Pending[] {
  const found = new Map<string, Pending>();
  for (const one of pending) {
    const place = `${one.tenant}\n${one.conversationId}`;
    const known = found.get(place) ?? one;
    found.set(place, { ...one, first: Math.min(known.first, one.first), last: Math.max(known.last, one.last) });
  }
  return [...found.values()].map((one) => ({ ...one, first: Math.max(one.first, one.last - MOST_CONSIDERED + 1) }));
}

/** A message as far as it decides whom it notifies. Deleted ones and what the server says notify nobody. */
export interface Notice {
  readonly seq: number;
  readonly by: string;
  readonly calls?: Called | undefined;
}

/** A member as far as it decides what they are notified of. */
export interface Notifiable {
  readonly userId: string;
  readonly joinedSeq: number;
  readonly deliveredSeq?: number | undefined;
  readonly readSeq?: number | undefined;
  readonly mine?: MySettings | undefined;
}

type Level = ConversationSettings['notifications'];

/**
 * What a member wants to be notified of at `at` (ms): muted or hidden, nothing; archived, mentions alone; otherwise what they
 * chose or, when they have set nothing at all, what the conversation says.
 */
export function levelOf({ mine }: Pick<Notifiable, 'mine'>, usual: Level, at: number): Level {
  if (!mine) return usual;
  const { muted, hidden, archived, notify } = settingsAt(mine, at);
  if (muted || hidden || notify === 'none') return 'none';
  return archived ? 'mentions' : notify;
}

/**
 * The messages that a member is to be notified of: by others, not acknowledged by any of their devices, from after they
 * came, of a kind they want to hear of. Whoever said something has seen what was said before.
 */
export function noticesFor<N extends Notice>(
  member: Notifiable,
  notices: readonly N[],
  { usual, at }: { readonly usual: Level; readonly at: number },
): N[] {
  const level = levelOf(member, usual, at);
  if (level === 'none') return [];
  const own = notices.filter(({ by }) => by === member.userId).map(({ seq }) => seq);
  const seen = Math.max(member.joinedSeq, member.deliveredSeq ?? 0, member.readSeq ?? 0, ...own);
  return notices.filter(
    ({ seq, by, calls }) => seq > seen && by !== member.userId && (level === 'all' || mentions(calls, member.userId)),
  );
}

/** The users whom messages mention by name. */
export const namedIn = (notices: readonly Notice[]): string[] => [
  ...new Set(notices.flatMap(({ calls }) => calls?.u ?? [])),
];
