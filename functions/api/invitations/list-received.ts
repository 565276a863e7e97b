import type { listReceived } from '#contract/received-invitations.ts';
import { stateOf } from '#domain/invitation.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listReceivedBy } from '#table/received-invitation.ts';
import { invitedTo } from './entry.ts';
import { toReceived } from './received.ts';

export const handleListReceived: Handle<typeof listReceived> = async (
  { limit, cursor },
  { caller: { tenant, userId }, at },
) => {
  const key = await signingKey('cursor');
  const list = `received\n${tenant}\n${userId}`;
  const after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { received, next } = await listReceivedBy(tenant, userId, { after, limit });
  return {
    body: {
      items: received
        .filter(({ invitation }) => stateOf(invitation, at) === 'open')
        .map(({ invitation, head, count }) => toReceived(invitation, invitedTo(invitation.id, head, count.members))),
      nextCursor: next === undefined ? null : cursorFor(key, list, [next]),
    },
  };
};
