import { spaced } from '#domain/search/words.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import type { StoredUser } from '#table/user.ts';
import { summed } from './sum.ts';
import { type IndexWrite, REMOVED_VERSION } from './write-documents.ts';

/** What an entry of the index is named by, among those of a tenant. */
const idOf = (tenantId: string, userId: string): string => `${tenantId}/u/${userId}`;

/** What the index is to hold of a user, in the version that the profile is in. */
export const userWrite = (tenant: TenantKey, { userId, displayName, version }: StoredUser): IndexWrite => ({
  id: idOf(tenantIdOf(tenant), userId),
  tenant: tenantIdOf(tenant),
  version,
  document: summed({
    kind: 'user' as const,
    tenant: tenantIdOf(tenant),
    user: userId,
    names: spaced([displayName, userId].filter((name) => name).join('\n')),
  }),
});

/** What is left of a user who is gone. `at` in ms. */
export const userGone = (tenant: TenantKey, userId: string, at: number): IndexWrite => ({
  id: idOf(tenantIdOf(tenant), userId),
  tenant: tenantIdOf(tenant),
  version: REMOVED_VERSION,
  document: { kind: 'gone', tenant: tenantIdOf(tenant), removedAt: at },
});
