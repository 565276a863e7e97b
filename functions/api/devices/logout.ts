import type { logout, logoutUser } from '#contract/devices.ts';
import { closeSurely } from '#delivery/close.ts';
import { auditOf } from '#runtime/audit.ts';
import type { Handle } from '#runtime/service.ts';
import { writeAudit } from '#table/audit.ts';
import type { TenantKey } from '#table/entity.ts';
import { revokeAll } from '#table/revocation.ts';

const logOut = async (tenant: TenantKey, userId: string, at: number) => {
  const open = await revokeAll(tenant, userId, at);
  await closeSurely(
    tenant,
    open.map(({ connectionId, since }) => ({ userId, connectionId, since })),
  );
  return { body: { closed: open.length } };
};

/** Logs the caller out everywhere: the token that asked for it is refused from now on, too. */
export const handleLogout: Handle<typeof logout> = async (_input, { caller, at }) =>
  logOut(caller.tenant, caller.userId, at);

export const handleLogoutUser: Handle<typeof logoutUser> = async ({ userId, reason }, request) => {
  const { caller, at } = request;
  const deed = { action: 'user.logged_out', target: { kind: 'user', id: userId }, reason } as const;
  // Before it is done, so that nothing is done unseen.
  await writeAudit(caller.tenant, auditOf(request, deed));
  return logOut(caller.tenant, userId, at);
};
