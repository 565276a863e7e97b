import type { TenantRules } from '#contract/tenant.ts';
import { firstVisible, type Rules } from './settings.ts';

const DAY_MS = 86_400_000;

/** Days that a conversation's messages are kept: its own, or else the tenant's, within the tenant's most; null for ever. */
export function keptDays(
  { days, maxDays }: Pick<TenantRules['retention'], 'days' | 'maxDays'>,
  own: number | null | undefined,
): number | null {
  const wanted = own ?? days;
  return maxDays === null ? wanted : Math.min(wanted ?? maxDays, maxDays);
}

/** The time (ms) from which messages are kept at `at`: what was sent before has expired. 0 where nothing does. */
export const keptSince = (retention: TenantRules['retention'], rules: Rules | undefined, at: number): number => {
  const days = keptDays(retention, rules?.keep);
  return days === null ? 0 : at - days * DAY_MS;
};

/** Between which numbers of a conversation a member has hidden messages from themselves. */
export interface Hidden {
  readonly first: number;
  readonly last: number;
}

/** The hidden range with one more number in it; undefined when it is within already. */
export const widened = (hidden: Hidden | undefined, seq: number): Hidden | undefined => {
  if (!hidden) return { first: seq, last: seq };
  if (seq >= hidden.first && seq <= hidden.last) return undefined;
  return { first: Math.min(seq, hidden.first), last: Math.max(seq, hidden.last) };
};

/** What a member sees of a conversation's log. */
export interface Sight {
  /** The first number. */
  readonly from: number;
  /** The time (ms) of the oldest message. */
  readonly since: number;
  /** Where messages may be hidden from them alone. */
  readonly hidden: Hidden | undefined;
}

/** A head as far as it decides what is seen. */
interface Seen {
  readonly firstSeq: number;
  readonly rules?: Rules | undefined;
}

/** A membership as far as it decides what is seen. */
interface Seeing {
  readonly joinedSeq: number;
  readonly hid?: Hidden | undefined;
}

/**
 * What a member sees at `at` (ms): nothing purged, nothing from before they came where the conversation keeps that, and
 * nothing older than is kept, whether or not it was removed yet.
 */
export const sightOf = (head: Seen, member: Seeing, retention: TenantRules['retention'], at: number): Sight => ({
  from: Math.max(firstVisible(head.rules, member), head.firstSeq),
  since: keptSince(retention, head.rules, at),
  hidden: member.hid,
});

/** Whether a message lies in sight; whether it is hidden from its reader alone is another question. */
export const inSight = ({ from, since }: Sight, seq: number, sentAt: number): boolean => seq >= from && sentAt >= since;

/** Whether a number may be one that the member has hidden. */
export const mayBeHidden = ({ hidden }: Sight, seq: number): boolean =>
  hidden !== undefined && seq >= hidden.first && seq <= hidden.last;

/** A head's last message, as lists show it. */
interface Last {
  readonly lastAt: number;
  readonly lastSeq?: number | undefined;
  readonly last?: { readonly a?: number | undefined } | undefined;
}

/** Whether a list may show the conversation's last message: hidden it is when it is the greatest number hidden. */
export const showsLast = ({ last, lastSeq, lastAt }: Last, sight: Sight): boolean =>
  last !== undefined &&
  lastSeq !== undefined &&
  inSight(sight, lastSeq, last.a ?? lastAt) &&
  sight.hidden?.last !== lastSeq;
