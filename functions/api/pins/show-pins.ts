import type { Pins } from '#contract/pins.ts';
import type { Pins as Stored } from '#domain/pins.ts';
import { inSight, mayBeHidden, sightOf } from '#domain/visibility.ts';
import type { Request } from '#runtime/service.ts';
import type { Head } from '#table/conversation.ts';
import { hiddenAmong } from '#table/hidden.ts';
import type { Member } from '#table/member.ts';
import { toMessage } from '#table/message.ts';
import { findPins, heldOf } from '#table/pins.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/** The pins of a conversation that one of its members sees: those of messages that they may read. */
export async function pinsFor(
  conversationId: string,
  { head, member }: { readonly head: Head; readonly member: Member },
  { caller: { tenant, userId }, at }: Pick<Request, 'caller' | 'at'>,
  known?: Stored,
): Promise<Pins> {
  const [{ version, pins }, { retention }] = await Promise.all([
    known ?? findPins(tenant, conversationId),
    rulesOf(tenant, at),
  ]);
  const sight = sightOf(head, member, retention, at);
  const held = await heldOf(
    tenant,
    conversationId,
    pins.filter(({ m }) => m >= sight.from),
  );
  const seen = held.filter(({ pin, stored }) => inSight(sight, pin.m, stored.a));
  const suspects = seen.map(({ pin }) => ({ conversationId, seq: pin.m })).filter(({ seq }) => mayBeHidden(sight, seq));
  const isHidden = await hiddenAmong(tenant, userId, suspects);
  return {
    version,
    items: seen
      .filter(({ pin }) => !isHidden({ conversationId, seq: pin.m }))
      .map(({ pin, stored }) => ({
        message: toMessage(conversationId, pin.m, stored),
        pinnedBy: pin.u,
        pinnedAt: new Date(pin.a).toISOString(),
      })),
  };
}
