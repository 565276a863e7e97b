import type { listSettingsHistory } from '#contract/conversation-changes.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { changesOf } from '#table/conversation-change.ts';
import { listVersions } from '#table/settings.ts';
import { findRoomFor } from './change-conversation.ts';

/** A page of versions: one query for what was set, one batch of log entries for who changed what. */
export const handleListSettingsHistory: Handle<typeof listSettingsHistory> = async (
  { conversationId, limit, cursor },
  request,
) => {
  const { tenant, userId } = request.caller;
  const key = await signingKey('cursor');
  const list = `settings\n${tenant}\n${userId}\n${conversationId}`;
  const before = cursor === undefined ? undefined : Number(positionOf(key, list, cursor)[0]);
  await findRoomFor(conversationId, request);
  const { versions, more } = await listVersions(tenant, conversationId, { before, limit });
  const changes = await changesOf(
    tenant,
    conversationId,
    versions.map(({ seq }) => seq),
  );
  const last = versions.at(-1);
  return {
    body: {
      items: versions.flatMap(({ version, settings }) => {
        const change = changes.get(version);
        if (!change) return [];
        const { u: changedBy, a, d } = change;
        return [
          { version, settings, changedBy, changedAt: new Date(a).toISOString(), before: d.before, after: d.after },
        ];
      }),
      nextCursor: more && last ? cursorFor(key, list, [last.version]) : null,
    },
  };
};
