import { MySettings, type updateMySettings } from '#contract/member-settings.ts';
import { announce } from '#delivery/announce.ts';
import { Refusal } from '#domain/refusal.ts';
import { log as logger } from '#runtime/log.ts';
import type { Handle } from '#runtime/service.ts';
import { findStanding, putMySettings } from '#table/watermark.ts';

/** Changes what the caller set for themselves; only their own devices hear of it. */
export const handleUpdateMySettings: Handle<typeof updateMySettings> = async (
  { conversationId, ...changes },
  { caller: { tenant, userId } },
) => {
  const standing = await findStanding(tenant, conversationId, userId);
  if (!standing) throw new Refusal('conversation.not_found');
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const settings = MySettings.parse({ ...standing.member.mine, ...given });
  if (!(await putMySettings(tenant, { conversationId, userId }, settings))) throw new Refusal('conversation.not_found');
  try {
    await announce(tenant, [userId], undefined, [{ type: 'conversation:updated', conversationId, settings }]);
  } catch (error) {
    // It is stored: a device that missed the event reads it with its next list.
    logger.error('settings.not_told', error, { conversationId });
  }
  return { body: settings };
};
