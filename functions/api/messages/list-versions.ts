import { findForChange } from '#changing/change-message.ts';
import type { listVersions } from '#contract/messages.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { changesAt } from '#table/message-change.ts';

/** What a message said before. A deleted message has no past that anybody may read here. */
export const handleListVersions: Handle<typeof listVersions> = async (input, request) => {
  const { conversationId, stored } = await findForChange(input, request);
  if (stored.b.type === 'deleted') throw new Refusal('message.deleted');
  const changes = await changesAt(request.caller.tenant, conversationId, stored.l ?? []);
  const items = changes
    .filter(({ d }) => d.before.type !== 'deleted')
    .map(({ u, a, d }) => ({
      version: d.version,
      body: d.before,
      replacedAt: new Date(a).toISOString(),
      replacedBy: u,
    }));
  return { body: { items } };
};
