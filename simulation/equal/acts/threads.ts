import type { Act } from '../scene.ts';
import { contentBy } from './messages.ts';

const reply: Act = async (turn) => {
  const parent = turn.message();
  const content = contentBy(turn, parent.conversationId);
  if (turn.dice.is(0.5)) return turn.call('replyToMessage', { messageId: parent.id, ...content });
  const conversation = await turn.by.opened(parent.conversationId);
  return conversation?.send(content, { inThread: parent.id });
};

const follow: Act = (turn) => {
  const { id, thread } = turn.message(({ thread: in_ }) => in_ !== null);
  const state = turn.one(['following', 'muted', 'none'] as const);
  return turn.call('subscribeToThread', { messageId: thread?.rootId ?? id, state });
};

const readThread: Act = (turn) => {
  const { id, seq, thread } = turn.message(({ thread: in_ }) => in_ !== null);
  return turn.call('markThreadRead', { messageId: thread?.rootId ?? id, upTo: seq });
};

/** By weight. */
export const THREAD_ACTS: Readonly<Record<string, readonly [weight: number, act: Act]>> = {
  reply: [8, reply],
  follow: [2, follow],
  readThread: [2, readThread],
};
