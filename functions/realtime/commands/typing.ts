import { TYPING_SECONDS } from '#contract/commands.ts';
import { tellNow } from '#delivery/tell-now.ts';
import { Refusal } from '#domain/refusal.ts';
import { type Passed, passOn } from '#domain/typing.ts';
import { MOST_TO_TELL } from '#domain/watermark.ts';
import { refusalToWrite } from '#sending/permit.ts';
import { placeOf } from '#sending/recent-senders.ts';
import { audienceOf } from '#table/member.ts';
import { findStanding } from '#table/watermark.ts';
import type { HandleCommand } from './command.ts';

/** Entries kept; the oldest go first. */
const MOST = 10_000;

/** By user and conversation. Each function has its own, so what is passed on is bounded about, not exactly. */
const passed = new Map<string, Passed>();

const remember = (place: string, now: Passed): void => {
  passed.delete(place);
  passed.set(place, now);
  if (passed.size > MOST) passed.delete(passed.keys().next().value!);
};

/**
 * Tells the sockets that the other members have open that the caller writes, where they may and there are not too many
 * members. It is kept nowhere and costs no write; without a word more it ends by itself.
 */
export const typing: HandleCommand<'typing'> = async ({ conversationId, active }, { caller, at }) => {
  const { tenant, userId } = caller;
  const place = placeOf(caller, conversationId);
  const now = passOn(passed.get(place), active, at);
  if (!now) return [];
  remember(place, now);
  const standing = await findStanding(tenant, conversationId, userId);
  const refusal =
    refusalToWrite(standing?.head, standing?.member) ??
    (standing?.head.archivedAt === undefined ? undefined : new Refusal('conversation.archived'));
  if (refusal || !standing) {
    // Whoever may not is told so each time.
    passed.delete(place);
    throw refusal ?? new Refusal('conversation.not_found');
  }
  if (standing.members > MOST_TO_TELL) return [];
  const others = (await audienceOf(tenant, conversationId)).filter((member) => member !== userId);
  const expiresAt = new Date(active ? at + TYPING_SECONDS * 1_000 : at).toISOString();
  await tellNow(tenant, others, [{ type: 'typing', conversationId, userId, active, expiresAt }]);
  return [];
};
