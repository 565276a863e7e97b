import type { Pins } from '#contract/pins.ts';
import type { Pins as Stored } from '#domain/pins.ts';
import { firstVisible } from '#domain/settings.ts';
import type { Head } from '#table/conversation.ts';
import type { TenantKey } from '#table/entity.ts';
import type { Member } from '#table/member.ts';
import { toMessage } from '#table/message.ts';
import { findPins, heldOf } from '#table/pins.ts';

/** The pins of a conversation that one of its members may see: none of messages from before they joined, if so it is set. */
export async function pinsFor(
  tenant: TenantKey,
  conversationId: string,
  { head, member }: { readonly head: Head; readonly member: Member },
  known?: Stored,
): Promise<Pins> {
  const { version, pins } = known ?? (await findPins(tenant, conversationId));
  const first = firstVisible(head.rules, member);
  const held = await heldOf(
    tenant,
    conversationId,
    pins.filter(({ m }) => m >= first),
  );
  return {
    version,
    items: held.map(({ pin, stored }) => ({
      message: toMessage(conversationId, pin.m, stored),
      pinnedBy: pin.u,
      pinnedAt: new Date(pin.a).toISOString(),
    })),
  };
}
