import type { Act } from '../scene.ts';
import { bodyBy } from './messages.ts';

const setForMe: Act = (turn) => {
  const [conversationId, on] = [turn.room(), turn.dice.is(0.6)];
  const fields = [
    { muted: on },
    { archived: on },
    { pinned: on },
    { hidden: on },
    { markedUnread: on },
    { notify: turn.one(['all', 'mentions', 'none'] as const) },
  ] as const;
  return turn.call('updateMySettings', { conversationId, ...turn.one(fields) });
};

const read: Act = async (turn) => {
  const conversation = await turn.by.opened(turn.room());
  if (turn.dice.is(0.7)) return conversation?.markRead();
  const all = conversation?.room?.messages ?? [];
  return conversation?.markRead(turn.one(all).seq);
};

const mark: Act = (turn) => {
  const conversationId = turn.room();
  const seq = 1 + turn.dice.below(turn.by.client.state.conversations[conversationId]?.seq ?? 1);
  return turn.call(turn.dice.is(0.5) ? 'markRead' : 'markDelivered', { conversationId, seq });
};

const type: Act = async (turn) => {
  const conversation = await turn.by.opened(turn.room());
  conversation?.typing();
  if (turn.dice.is(0.3)) conversation?.stoppedTyping();
};

const draft: Act = (turn) => {
  const conversationId = turn.room();
  const roots = turn.messages(conversationId).filter(({ thread }) => thread?.summary);
  const threadId = roots.length > 0 && turn.dice.is(0.3) ? { threadId: turn.one(roots).id } : {};
  if (turn.dice.is(0.3)) return turn.call('deleteDraft', { conversationId, ...threadId });
  return turn.call('putDraft', { conversationId, ...threadId, body: { type: 'text', text: turn.words() } });
};

const bookmark: Act = (turn) =>
  turn.call('setBookmark', { messageId: turn.message().id, ...(turn.dice.is(0.5) ? { note: turn.words() } : {}) });

const dropBookmark: Act = async (turn) => {
  const [known] = Object.keys(turn.by.client.state.bookmarks);
  const messageId = known ?? turn.message().id;
  if (!known) await turn.call('setBookmark', { messageId });
  return turn.call('removeBookmark', { messageId });
};

const schedule: Act = async (turn) => {
  const sendAt = new Date(turn.scene.ground.now() + 3_600_000 * (1 + turn.dice.below(3))).toISOString();
  const { id } = await turn.call('scheduleMessage', { conversationId: turn.room(), sendAt, body: bodyBy(turn) });
  turn.scene.scheduled.push(id);
};

const reschedule: Act = (turn) => {
  const scheduledId = turn.one(turn.scene.scheduled);
  const what = turn.dice.below(3);
  if (what === 0) return turn.call('cancelScheduled', { scheduledId });
  if (what === 1) return turn.call('updateScheduled', { scheduledId, body: bodyBy(turn) });
  return turn.call('sendScheduledNow', { scheduledId });
};

const privacy: Act = async (turn) => {
  const { version } = await turn.call('getMe', {});
  const lastSeen = turn.one(['everyone', 'nobody'] as const);
  if (turn.dice.is(0.5)) return turn.call('updateMe', { version, privacy: { lastSeen } });
  turn.scene.receiptsTurned.add(turn.by.userId);
  return turn.call('updateMe', { version, privacy: { readReceipts: turn.dice.is(0.3) } });
};

const upload: Act = async (turn) => {
  const { media } = turn.scene;
  const { id } = await turn.by.client.upload(turn.scene.ground.picture(), {
    fileName: 'a.png',
    contentType: 'image/png',
  }).done;
  media.push(id);
};

/** By weight. */
export const OWN_ACTS: Readonly<Record<string, readonly [weight: number, act: Act]>> = {
  setForMe: [4, setForMe],
  read: [6, read],
  mark: [2, mark],
  type: [3, type],
  draft: [3, draft],
  bookmark: [2.5, bookmark],
  dropBookmark: [1.5, dropBookmark],
  schedule: [2, schedule],
  reschedule: [3, reschedule],
  privacy: [1.2, privacy],
  upload: [1, upload],
};
