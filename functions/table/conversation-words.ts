import { batchGet } from './batch-get.ts';
import { HeadEntity } from './conversation.ts';
import type { TenantKey } from './entity.ts';
import { ProfileEntity } from './settings.ts';

/** What a conversation is called and about, in a version that counts the changes of its profile. */
export interface ConversationWords {
  readonly type: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly version: number;
}

/** AP-621 What some conversations are called, by id, consistently; one that is gone is left out. */
export async function wordsOfConversations(
  tenant: TenantKey,
  conversationIds: readonly string[],
): Promise<Map<string, ConversationWords>> {
  const keysOf = (id: string) => [HeadEntity.key(tenant, id), ProfileEntity.key(tenant, id)] as const;
  const items = await batchGet(conversationIds.flatMap(keysOf), { consistent: true });
  const found = new Map(items.map((item) => [`${item.pk}\n${item.sk}`, item]));
  return new Map(
    conversationIds.flatMap((id) => {
      const [head, profile] = keysOf(id).map(({ pk, sk }) => found.get(`${pk}\n${sk}`));
      if (!head) return [];
      const { type, name = null } = HeadEntity.fromItem(head);
      const {
        name: called,
        description,
        version,
      } = profile ? ProfileEntity.fromItem(profile) : { name, description: null, version: 1 };
      return [[id, { type, name: called, description, version }] as const];
    }),
  );
}
