import type { startReindex } from '#contract/search-admin.ts';
import { Refusal } from '#domain/refusal.ts';
import { type Asked, beginReindexOf } from '#indexing/begin-reindex.ts';
import type { Handle } from '#runtime/service.ts';
import { findHead } from '#table/conversation.ts';
import { tenantIdOf } from '#table/entity.ts';
import { isOperator, operatorTenant } from './operators.ts';
import { showReindex } from './show-reindex.ts';

/** Asks for a reindex; the job works on it. One at a time for everything, and one for each tenant. */
export const handleStartReindex: Handle<typeof startReindex> = async (
  { scope, conversationId, partitions },
  { caller, at },
) => {
  const { tenant, userId: by } = caller;
  if (scope === 'everything' && !isOperator(caller))
    throw new Refusal(operatorTenant() === undefined ? 'reindex.no_operators' : 'reindex.operators_only');
  if (conversationId !== undefined && !(await findHead(tenant, conversationId)))
    throw new Refusal('conversation.not_found');
  const asked: Asked = {
    scope,
    by,
    ...(scope === 'everything' ? {} : { tenantId: tenantIdOf(tenant) }),
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(partitions === undefined ? {} : { partitions }),
  };
  const run = await beginReindexOf(asked, at);
  if (!run) throw new Refusal('reindex.running');
  return { body: showReindex(run) };
};
