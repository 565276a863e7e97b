import type * as z from 'zod';
import type { LegalHold } from '#contract/retention.ts';
import { Refusal } from '#domain/refusal.ts';
import { auditOf } from '#runtime/audit.ts';
import type { Answer, Request } from '#runtime/service.ts';
import { findHead } from '#table/conversation.ts';
import { tenantIdOf } from '#table/entity.ts';
import { findHold, type Hold, setHold } from '#table/legal-hold.ts';

type Shown = z.input<typeof LegalHold>;
const shown = ({ reason, by, at }: Hold): Shown => ({ reason, placedBy: by, placedAt: new Date(at).toISOString() });

const deed = (
  request: Request,
  conversationId: string | undefined,
  action: 'hold.placed' | 'hold.lifted',
  reason?: string,
) =>
  auditOf(request, {
    action,
    target:
      conversationId === undefined
        ? { kind: 'tenant', id: tenantIdOf(request.caller.tenant) }
        : { kind: 'conversation', id: conversationId },
    reason,
  });

/** Puts a hold on, audited in the same transaction. One that is there already stays as it is, and is answered. */
export async function placeHold(
  conversationId: string | undefined,
  reason: string,
  request: Request,
): Promise<Answer<Shown>> {
  const { tenant, userId } = request.caller;
  const hold: Hold = { reason, by: userId, at: request.at };
  if (await setHold(tenant, conversationId, hold, deed(request, conversationId, 'hold.placed', reason)))
    return { body: shown(hold) };
  const placed = await findHold(tenant, conversationId);
  if (placed) return { body: shown(placed), replayed: true };
  if (conversationId !== undefined && !(await findHead(tenant, conversationId)))
    throw new Refusal('conversation.not_found');
  throw new Refusal('service.contended');
}

/** Takes a hold off, audited in the same transaction. Raises `hold.not_found`. */
export async function liftHold(
  conversationId: string | undefined,
  request: Request,
): Promise<Answer<{ lifted: true }>> {
  const lifted = await setHold(
    request.caller.tenant,
    conversationId,
    undefined,
    deed(request, conversationId, 'hold.lifted'),
  );
  if (!lifted) throw new Refusal('hold.not_found');
  return { body: { lifted: true } };
}
