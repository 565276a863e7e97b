import { Refusal } from './refusal.ts';

/** Members up to which all of them hear how far each has read; in larger conversations only one's own devices do. */
export const MOST_TO_TELL = 100;

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
