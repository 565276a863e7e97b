import { spaced } from '#domain/search/words.ts';
import { wordsOfConversations } from '#table/conversation-words.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { summed } from './sum.ts';
import { type IndexWrite, REMOVED_VERSION } from './write-documents.ts';

/** What is left of a conversation that is gone; ids of conversations are not used twice. `at` in ms. */
export const conversationGone = (tenant: TenantKey, conversationId: string, at: number): IndexWrite => {
  const tenantId = tenantIdOf(tenant);
  return {
    ...{ id: `${tenantId}/${conversationId}`, tenant: tenantId, conversation: conversationId },
    version: REMOVED_VERSION,
    document: { kind: 'gone', tenant: tenantId, conversation: conversationId, removedAt: at },
  };
};

/** What the index is to hold of some conversations, as the table has them now; of those that it has no more, that they are gone. */
export async function conversationWrites(
  tenant: TenantKey,
  conversationIds: readonly string[],
  at: number,
): Promise<IndexWrite[]> {
  const tenantId = tenantIdOf(tenant);
  const words = await wordsOfConversations(tenant, conversationIds);
  return conversationIds.map((id) => {
    const found = words.get(id);
    if (!found) return conversationGone(tenant, id, at);
    const { type, name, description, version } = found;
    const document = {
      kind: 'conversation' as const,
      ...{ tenant: tenantId, conversation: id, type, names: spaced(name ?? '') },
      ...(description ? { text: spaced(description) } : {}),
    };
    return { id: `${tenantId}/${id}`, tenant: tenantId, conversation: id, version, document: summed(document) };
  });
}
