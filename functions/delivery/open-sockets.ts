import { INLINE_SOCKETS, type Socket } from '#domain/delivery.ts';
import { log } from '#runtime/log.ts';
import { socketsOf } from '#table/connection.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';

/** Users read at a time: ten calls of BatchGetItem in parallel. */
const WAVE = 1_000;

/** The open sockets of an audience, as far as they were read; `unread` users are left to the fan-out function. */
export interface OpenSockets {
  readonly sockets: readonly Socket[];
  readonly unread: readonly string[];
}

const read = async (tenant: TenantKey, users: Promise<readonly string[]> | readonly string[]): Promise<OpenSockets> => {
  const all = [...new Set(await users)];
  const sockets: Socket[] = [];
  let from = 0;
  try {
    for (; from < all.length && sockets.length <= INLINE_SOCKETS; from += WAVE)
      sockets.push(...(await socketsOf(tenant, all.slice(from, from + WAVE), Date.now())));
  } catch (error) {
    log.error('sockets.unread', error, { tenant: tenantIdOf(tenant), users: all.length - from });
  }
  return { sockets, unread: all.slice(from) };
};

/**
 * Starts to read which sockets an audience has open; start it beside the commit and hand the promise to `announce`. It
 * reads until the audience is known to be too large for a send to post to, and a read that fails leaves its users to the
 * queue. It rejects only when `users` does; if it is then never awaited, because the commit failed first, that is no
 * unhandled rejection.
 */
export const openSocketsOf = (
  tenant: TenantKey,
  users: Promise<readonly string[]> | readonly string[],
): Promise<OpenSockets> => {
  const reading = read(tenant, users);
  reading.catch(() => undefined);
  return reading;
};
