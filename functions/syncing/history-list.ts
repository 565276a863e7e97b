import type { TenantKey } from '#table/entity.ts';

/** What cursors of a conversation's history belong to: one reader, whichever operation gave them. */
export const historyList = (tenant: TenantKey, userId: string, conversationId: string): string =>
  `messages\n${tenant}\n${userId}\n${conversationId}`;
