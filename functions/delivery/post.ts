import { isYoung, type PackedFrame, type Socket } from '#domain/delivery.ts';
import { postFrame } from '#gateways/sockets.ts';
import { log } from '#runtime/log.ts';
import { count } from '#runtime/metrics.ts';
import { removeConnections } from '#table/connection.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { tellPresence } from './tell-presence.ts';

/** Frames for one socket, in order, of which the first `sent` have been posted. */
export interface Parcel {
  readonly socket: Socket;
  readonly frames: readonly PackedFrame[];
  readonly sent: number;
}

/** `gone` is certain: what said 410 while it was young is `failing`. */
export interface Handed {
  readonly parcel: Parcel;
  readonly outcome: 'delivered' | 'gone' | 'failing';
  readonly reason?: string;
}

const failed = (parcel: Parcel, reason: string): Handed => {
  count('failing');
  return { parcel, outcome: 'failing', reason };
};

/** Posts what is left of a parcel, one frame after another, and stops at the first that is not taken. */
export async function hand(parcel: Parcel): Promise<Handed> {
  let { sent } = parcel;
  for (; sent < parcel.frames.length; sent++) {
    const posted = await postFrame(parcel.socket.connectionId, parcel.frames[sent]!.data);
    if (posted.outcome === 'delivered') continue;
    const rest = { ...parcel, sent };
    if (posted.outcome === 'failing') return failed(rest, posted.reason);
    // API Gateway says 410 until `$connect` has returned.
    if (isYoung(parcel.socket.since, Date.now())) return failed(rest, 'young');
    count('gone');
    return { parcel: rest, outcome: 'gone' };
  }
  return { parcel: { ...parcel, sent }, outcome: 'delivered' };
}

/**
 * Takes sockets that are gone out of their users' items, one update a user, and tells who watches a user that is away now.
 * A failure is logged and nothing more: the
 * next post meets the same 410, and after two hours the socket counts as closed anyway.
 */
export async function forget(tenant: TenantKey, gone: readonly Socket[]): Promise<void> {
  await Promise.all(
    [...Map.groupBy(gone, ({ userId }) => userId)].map(async ([userId, sockets]) => {
      try {
        const last = await removeConnections(
          tenant,
          userId,
          sockets.map(({ connectionId }) => connectionId),
          Date.now(),
        );
        if (last) await tellPresence(tenant, userId);
      } catch (error) {
        log.error('sockets.not_forgotten', error, { tenant: tenantIdOf(tenant), sockets: sockets.length });
      }
    }),
  );
}
