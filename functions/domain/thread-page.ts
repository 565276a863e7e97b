import { type Place, parentOf } from './thread.ts';

/** A reply in its thread. */
interface Reply extends Place {
  readonly seq: number;
}

export interface TreePage {
  /** Numbers in the order in which they are shown: each direct reply, then what lies below it. */
  readonly order: readonly number[];
  /** Numbers with replies that are not shown. */
  readonly truncated: readonly number[];
  /** The number after which the next page begins; undefined at the end. */
  readonly next: number | undefined;
}

/**
 * A page of a tree: up to `limit` direct replies to `under`, oldest first, each followed by what lies below it, depth
 * first, children oldest first and right behind their parent, up to `below` messages. `replies`: all below `under` that
 * come after the last page, by number; `more`: that there are further ones which were not read.
 */
export function treePage(
  replies: readonly Reply[],
  under: number,
  { limit, below, more }: { readonly limit: number; readonly below: number; readonly more: boolean },
): TreePage {
  const children = Map.groupBy(replies, parentOf);
  const direct = children.get(under) ?? [];
  const shown = direct.slice(0, limit);
  const order: number[] = [];
  // What was not read may lie below any of them.
  const truncated = new Set<number>(more ? shown.map(({ seq }) => seq) : []);
  let room = below;
  const show = (seq: number): void => {
    order.push(seq);
    for (const child of children.get(seq) ?? []) {
      if (room === 0) {
        truncated.add(seq);
        return;
      }
      room -= 1;
      show(child.seq);
    }
  };
  for (const { seq } of shown) show(seq);
  const next = direct.length > shown.length ? shown.at(-1)?.seq : more ? replies.at(-1)?.seq : undefined;
  return { order, truncated: [...truncated], next };
}
