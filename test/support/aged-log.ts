import type { TenantKey } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import type { StoredMessage } from '#table/message.ts';
import { someClientId } from './conversations.ts';

export const DAY_MS = 86_400_000;

/** Stores a text in a conversation as if it had been sent some time ago; answers its number. */
export async function sayLongAgo(
  tenant: TenantKey,
  conversationId: string,
  ageMs: number,
  stored: Partial<StoredMessage> = {},
): Promise<number> {
  const log = logOf(tenant, conversationId);
  const at = Date.now() - ageMs;
  const clientId = someClientId(at);
  const author = stored.u ?? 'ada';
  const preview = { by: author, type: 'text', text: 'said' };
  const taken = await log.take({ key: clientId.slice(0, 12), at, preview }, { generationAtMost: 1_000_000 });
  if (!taken.ok) throw new Error('no number was given');
  const body = { type: 'text', text: `number ${taken.seq}` } as const;
  await log.put(taken.seq, { u: author, c: clientId, h: 'h', b: body, a: at, v: 1, ...stored });
  return taken.seq;
}
