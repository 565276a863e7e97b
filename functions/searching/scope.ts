import { sightOf } from '#domain/visibility.ts';
import { activityAtOf, type Head } from '#table/conversation.ts';
import { allMemberships, headsOf } from '#table/conversation-list.ts';
import { digestOfSet } from '#table/digest.ts';
import type { TenantKey } from '#table/entity.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/** What a user may find of one conversation. */
export interface InScope {
  readonly type: Head['type'];
  readonly name?: string | undefined;
  /** The first number they may see, and since when messages are kept (ms; 0: since ever). */
  readonly from: number;
  readonly since: number;
  /** The last message: its number, when it was said or else when the conversation was made (ms), and its type. */
  readonly lastSeq?: number | undefined;
  readonly lastAt: number;
  readonly lastType?: string | undefined;
}

/** All that a user may find at one moment. */
export interface Scope {
  /** Another as soon as they join or leave, or something else decides what they see. */
  readonly digest: string;
  /** Another as soon as anything is said or changed in one of the conversations, and when that last happened (ms). */
  readonly state: string;
  readonly changedAt: number;
  readonly conversations: ReadonlyMap<string, InScope>;
}

/**
 * What a user may find at `at` (ms): one query of the by-user index and the heads of the conversations it names, half a read
 * unit each. Both may lag a little, and tenants' rules by `SETTINGS_SECONDS`: a scope keeps a search to what is worth
 * looking at and its counts to what is the user's; each hit is checked again, consistently, before it is shown.
 */
export async function scopeOf(tenant: TenantKey, userId: string, at: number): Promise<Scope> {
  const [memberships, { retention }] = await Promise.all([allMemberships(tenant, userId), rulesOf(tenant, at)]);
  const heads = await headsOf(
    tenant,
    memberships.map(({ conversationId }) => conversationId),
  );
  const conversations = new Map<string, InScope>();
  const [lines, states]: [string[], string[]] = [[], []];
  let changedAt = 0;
  for (const member of memberships) {
    const { conversationId, joinedSeq } = member;
    const head = heads.get(conversationId);
    // Without a head it was purged, and its memberships are only still to be removed.
    if (!head) continue;
    const { from, since } = sightOf(head, member, retention, at);
    conversations.set(conversationId, {
      type: head.type,
      name: head.name,
      from,
      since,
      lastSeq: head.lastSeq,
      lastAt: activityAtOf(head),
      lastType: head.last?.type,
    });
    // Not `since` itself, which moves with the clock: how long before now it is.
    lines.push(`${conversationId} ${joinedSeq} ${from} ${since && at - since}`);
    // Edits, reactions and removals take a number too.
    states.push(`${conversationId} ${head.seq}`);
    changedAt = Math.max(changedAt, head.lastAt);
  }
  return { digest: digestOfSet(lines), state: digestOfSet(states), changedAt, conversations };
}
