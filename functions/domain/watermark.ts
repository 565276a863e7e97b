import { Refusal } from './refusal.ts';

/** Members up to which all of them hear how far each has read; in larger conversations only one's own devices do. */
export const MOST_TO_TELL = 100;

/** Members up to which larger conversations are told a summary. */
export const MOST_TO_SUM_UP = 10_000;

/** How far somebody is: what reached them, and what they read. */
export interface Watermarks {
  readonly read: number;
  readonly delivered: number;
}

/** Watermarks as they are shown: what is read was delivered. */
export const watermarksOf = (stored: {
  readonly readSeq?: number | undefined;
  readonly deliveredSeq?: number | undefined;
}): Watermarks => {
  const read = stored.readSeq ?? 0;
  return { read, delivered: Math.max(read, stored.deliveredSeq ?? 0) };
};

/**
 * Whether a watermark moves to `to`: never back, and never beyond the head, which is refused with
 * `watermark.beyond_head`.
 */
export function moves(from: number, to: number, headSeq: number): boolean {
  if (to > headSeq) throw new Refusal('watermark.beyond_head', { seq: headSeq });
  return to > from;
}

/** A member, as far as a summary needs to know. */
export interface Summed {
  readonly userId: string;
  readonly readSeq?: number | undefined;
  readonly deliveredSeq?: number | undefined;
}

/** How many members but its author a message has reached, and who of them has read it. */
export function sumUp(
  members: readonly Summed[],
  seq: number,
  author: string | undefined,
): { readonly delivered: number; readonly readers: readonly string[] } {
  const others = members.filter(({ userId }) => userId !== author);
  const marks = others.map((member) => ({ userId: member.userId, ...watermarksOf(member) }));
  return {
    delivered: marks.filter(({ delivered }) => delivered >= seq).length,
    readers: marks.filter(({ read }) => read >= seq).map(({ userId }) => userId),
  };
}
