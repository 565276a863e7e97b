import { MAX_DEPTH } from '#contract/thread.ts';
import type { ChatFile } from './chat-file.ts';

/** What a message of a room names, by the places of those messages among the room's. */
export interface Links {
  readonly parent?: number;
  readonly replyTo?: number;
}

/**
 * What the messages of one room name. A reply deeper than replies go stands beside its ancestor at the greatest depth, and
 * quotes the message it answers unless it quotes one already.
 */
export function threaded(lines: ChatFile['lines']): Links[] {
  const places = new Map<string, number>();
  /** The messages from the root down to each, itself included, as they come to stand. */
  const paths: (readonly number[])[] = [];
  return lines.map(({ id, thread, replyTo }, index) => {
    const answered = thread === undefined ? undefined : places.get(thread)!;
    const above = answered === undefined ? [] : paths[answered]!.slice(0, MAX_DEPTH);
    const parent = above.at(-1);
    const quoted = replyTo === undefined ? undefined : places.get(replyTo)!;
    const quotes = quoted ?? (answered === parent ? undefined : answered);
    paths.push([...above, index]);
    if (id !== undefined) places.set(id, index);
    return { ...(parent === undefined ? {} : { parent }), ...(quotes === undefined ? {} : { replyTo: quotes }) };
  });
}
