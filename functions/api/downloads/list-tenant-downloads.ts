import type { listTenantDownloads as route } from '#contract/downloads.ts';
import type { Handle } from '#runtime/service.ts';
import { accountsOf } from '#table/bandwidth.ts';

/** What the tenant downloaded, day by day. */
export const listTenantDownloads: Handle<typeof route> = async ({ from, to }, { caller }) => {
  const accounts = await accountsOf(caller.tenant, from, to);
  return {
    body: { items: accounts.map(({ day, downloads, bytes, served }) => ({ day, downloads, bytes, served })) },
  };
};
