import type { Event, Message, Reaction } from '../contract.ts';
import { partsOfMessageId } from '../ids.ts';

type Told<T extends Event['type']> = Extract<Event, { readonly type: T }>;

const isDeleted = ({ body }: Pick<Message, 'body'>): boolean => body.type === 'deleted';

const changed = (message: Message, { type, patch }: Told<'message:updated' | 'message:deleted'>): Message => {
  // A deletion takes a pin away, and a pin that comes after it is told after it: also to whoever knows more already.
  const known = type === 'message:deleted' && message.pinned ? { ...message, pinned: false } : message;
  if (patch.version <= message.version) return known;
  const next = { ...message, ...patch };
  return isDeleted(next) ? { ...next, reactions: [], pinned: false } : next;
};

/** Reactions that the message knows already stay as they are. */
const withReactions = (message: Message, event: Told<'reaction:added' | 'reaction:removed'>): Message => {
  const { seq } = event;
  if (seq <= message.reactionsSeq) return message;
  if (isDeleted(message)) return { ...message, reactionsSeq: seq };
  let reactions: readonly Reaction[] = message.reactions;
  for (const one of event.reactions) {
    const is = (other: Reaction): boolean => other.emoji === one.emoji;
    if (one.count === 0) reactions = reactions.filter((other) => !is(other));
    else if (reactions.some(is)) reactions = reactions.map((other) => (is(other) ? one : other));
    else reactions = [...reactions, one];
  }
  return { ...message, reactions, reactionsSeq: seq };
};

const withThread = (message: Message, { summary }: Told<'thread:created' | 'thread:updated'>): Message => {
  if (!summary || (message.thread?.summary?.version ?? 0) >= summary.version) return message;
  const thread = message.thread ?? { rootId: message.id, parentId: null, depth: 0 };
  return { ...message, thread: { ...thread, summary } };
};

/** The number of the message that an event of a log changes; undefined for one that changes none. */
export function numberChangedBy(event: Event): number | undefined {
  switch (event.type) {
    case 'message:updated':
    case 'message:deleted':
    case 'reaction:added':
    case 'reaction:removed':
    case 'pin:added':
    case 'pin:removed':
      return partsOfMessageId(event.messageId).seq;
    case 'thread:created':
    case 'thread:updated':
      return partsOfMessageId(event.rootId).seq;
    default:
      return undefined;
  }
}

/** A message after an event about it. Older events, and those that were applied before, do no harm when all later ones follow. */
export function messageAfter(message: Message, event: Event): Message {
  switch (event.type) {
    case 'message:updated':
    case 'message:deleted':
      return changed(message, event);
    case 'reaction:added':
    case 'reaction:removed':
      return withReactions(message, event);
    case 'thread:created':
    case 'thread:updated':
      return withThread(message, event);
    case 'pin:added':
      return message.pinned || isDeleted(message) ? message : { ...message, pinned: true };
    case 'pin:removed':
      return message.pinned ? { ...message, pinned: false } : message;
    default:
      return message;
  }
}
