import { TENANT_ROLES, type TenantRole } from '#contract/permissions.ts';
import { scope, type TenantKey } from '#table/entity.ts';

/** Who asks: what the authorizer read from a verified token. */
export interface Caller {
  readonly tenant: TenantKey;
  readonly userId: string;
  readonly roles: readonly TenantRole[];
  /** What their token calls them, where it does. */
  readonly name?: string;
  /** When the token was issued and will expire (seconds since 1970), where that is known. */
  readonly tokenIssuedAt?: number;
  readonly tokenExpiresAt?: number;
}

/** What an authorizer puts into the request context; API Gateway passes strings only. */
export interface AuthorizerContext {
  readonly tenantId: string;
  readonly userId: string;
  /** Roles, separated by commas. */
  readonly roles: string;
  readonly name?: string;
  /** Seconds since 1970. */
  readonly tokenIssuedAt?: string;
  readonly tokenExpiresAt?: string;
}

const seconds = (value: unknown): number | undefined =>
  typeof value === 'string' && /^[0-9]{1,12}$/.test(value) ? Number(value) : undefined;

/** The caller an authorizer let in. Throws when the context is not an authorizer's: fail closed. */
export const callerOf = (context: Partial<Record<keyof AuthorizerContext, unknown>> | null | undefined): Caller => {
  const { tenantId, userId, roles, name } = context ?? {};
  const tokenIssuedAt = seconds(context?.tokenIssuedAt);
  const tokenExpiresAt = seconds(context?.tokenExpiresAt);
  if (typeof tenantId !== 'string' || typeof userId !== 'string' || !tenantId || !userId)
    throw new Error('the request came without an authorizer context');
  const named = String(roles ?? '').split(',');
  return {
    tenant: scope(tenantId),
    userId,
    roles: TENANT_ROLES.filter((role) => named.includes(role)),
    ...(typeof name === 'string' && name ? { name } : {}),
    ...(tokenIssuedAt === undefined ? {} : { tokenIssuedAt }),
    ...(tokenExpiresAt === undefined ? {} : { tokenExpiresAt }),
  };
};
