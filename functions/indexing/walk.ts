import { scope, type TenantKey, tenantIdOf } from '#table/entity.ts';
import type { Place } from '#table/reindex.ts';
import { listRegistered } from '#table/retention-registry.ts';
import { listTenants } from '#table/tenant-registry.ts';
import { lazily } from './lazy-tenants.ts';

/** What is walked through: one conversation, a tenant, or with neither all that are indexed. */
export interface Ground {
  readonly tenantId?: string | undefined;
  readonly conversationId?: string | undefined;
}

/** Some things of a tenant that are looked at together: its users, or some of its conversations. */
export interface Group {
  readonly tenant: TenantKey;
  readonly users: boolean;
  readonly conversationIds: readonly string[];
  /** Nothing of the tenant comes after it. */
  readonly end: boolean;
  /** Where the walk stands once it was dealt with. */
  readonly place: Place;
}

const TENANTS = 100;

/** The tenants of a ground, those from one on first. */
export async function* tenantsOf({ tenantId }: Ground, from?: string): AsyncGenerator<TenantKey> {
  if (tenantId !== undefined || from !== undefined) yield scope(tenantId ?? from!);
  if (tenantId !== undefined) return;
  for (let after = from; ; ) {
    const { tenants, more } = await listTenants({ after, limit: TENANTS });
    const wanted = await lazily(new Set(tenants.map(tenantIdOf)));
    for (const tenant of tenants) if (wanted.has(tenantIdOf(tenant))) yield tenant;
    const last = tenants.at(-1);
    if (!more || !last) return;
    after = tenantIdOf(last);
  }
}

/** Everything of a ground, from a place on, up to `size` conversations at a time: of each tenant the users first. */
export async function* groupsOf(ground: Ground, from: Place | undefined, size: number): AsyncGenerator<Group> {
  const { tenantId, conversationId } = ground;
  if (tenantId !== undefined && conversationId !== undefined) {
    const place = { tenantId, unit: conversationId };
    if (from?.unit !== conversationId)
      yield { tenant: scope(tenantId), users: false, conversationIds: [conversationId], end: false, place };
    return;
  }
  for await (const tenant of tenantsOf(ground, from?.tenantId)) {
    const id = tenantIdOf(tenant);
    const resumed = from?.tenantId === id ? from : undefined;
    if (!resumed) yield { tenant, users: true, conversationIds: [], end: false, place: { tenantId: id, unit: '' } };
    let after = resumed?.unit || undefined;
    for (let more = true; more; ) {
      const page = await listRegistered(tenant, { after, limit: size, consistent: true });
      const { conversationIds } = page;
      after = conversationIds.at(-1) ?? after;
      more = page.more;
      yield { tenant, users: false, conversationIds, end: !more, place: { tenantId: id, unit: after ?? '' } };
    }
  }
}
