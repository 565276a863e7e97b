import type { getSearchIndex } from '#contract/search-admin.ts';
import { Refusal } from '#domain/refusal.ts';
import { SearchUnavailable } from '#gateways/search/request.ts';
import { countsByKind } from '#gateways/search/sums.ts';
import type { Handle } from '#runtime/service.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { type Generation, indexState } from '#table/search-index.ts';
import { findSearchReconcile, type SearchReconcile } from '#table/search-reconcile.ts';

const instant = (at: number): string => new Date(at).toISOString();

async function shown(tenant: TenantKey, { name, mapping, partitions }: Generation) {
  const counts = await countsByKind({ name, partitions }, tenantIdOf(tenant)).catch((error: unknown) =>
    Promise.reject(error instanceof SearchUnavailable ? new Refusal('search.unavailable') : error),
  );
  const { message = 0, conversation = 0, user = 0, gone = 0 } = counts ?? {};
  return {
    ...{ name, mapping },
    documents: counts ? { messages: message, conversations: conversation, users: user, gone } : null,
  };
}

const reported = ({ startedAt, endedAt, counts }: SearchReconcile) => ({
  startedAt: instant(startedAt),
  endedAt: endedAt === undefined ? null : instant(endedAt),
  ...counts,
});

export const handleGetSearchIndex: Handle<typeof getSearchIndex> = async (_, { caller: { tenant } }) => {
  const [{ live, building, kept }, last] = await Promise.all([indexState(), findSearchReconcile(tenant)]);
  const [first, second, third] = await Promise.all([
    shown(tenant, live),
    building ? shown(tenant, building) : null,
    kept ? shown(tenant, kept) : null,
  ]);
  return {
    body: { live: first, building: second, kept: third, lastReconcile: last ? reported(last) : null },
  };
};
