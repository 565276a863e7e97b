import type { Operations } from '#client/contract.ts';
import type { Act, Message, Turn } from '../scene.ts';

const EMOJIS = ['👍', '❤️', '🎉', '🦊'];

type Body = Operations['sendMessage']['input']['body'];

/** A body of any type; those with a file only where there is one. */
export function bodyBy(turn: Turn): Body {
  const { dice, scene } = turn;
  const text = turn.words();
  const mediaId = scene.media.length > 0 && dice.is(0.3) ? turn.one(scene.media) : undefined;
  if (mediaId !== undefined)
    return dice.is(0.5)
      ? { type: 'image', mediaId, ...(dice.is(0.5) ? { caption: text } : {}) }
      : { type: 'file', mediaId, name: 'file.png' };
  const bodies: readonly (() => Body)[] = [
    () => ({ type: 'text', text }),
    () => ({ type: 'text', text }),
    () => ({ type: 'location', lat: 47.4, lon: 8.5, ...(dice.is(0.5) ? { label: text } : {}) }),
    () => ({ type: 'contact', name: text, phones: ['+41440000000'] }),
    () => ({ type: 'custom', name: 'poll', data: { asked: text }, ...(dice.is(0.5) ? { text } : {}) }),
  ];
  return turn.one(bodies)();
}

const mentionsBy = (turn: Turn): Pick<Operations['sendMessage']['input'], 'mentions'> => {
  if (turn.dice.is(0.7)) return {};
  return { mentions: turn.dice.is(0.7) ? { userIds: [turn.someone()] } : { all: true } };
};

/** A whole message, mostly with its body only. */
export const contentBy = (turn: Turn, conversationId: string) => {
  const before = turn.messages(conversationId).filter(({ body }) => body.type !== 'system');
  const replyTo = before.length > 0 && turn.dice.is(0.15) ? { replyTo: turn.one(before).id } : {};
  return { body: bodyBy(turn), ...mentionsBy(turn), ...replyTo };
};

/** Says something from the device, as its client does. */
const say: Act = async (turn) => {
  const conversation = await turn.by.opened(turn.room());
  conversation?.send(contentBy(turn, conversation.id));
};

/** Says something by the API, with or without an id. */
const post: Act = (turn) => {
  const conversationId = turn.room();
  return turn.call('sendMessage', { conversationId, ...contentBy(turn, conversationId) });
};

/** A text that fits no frame. */
const sayMuch: Act = (turn) =>
  turn.call('sendMessage', {
    conversationId: turn.room(),
    body: { type: 'text', text: `${'漢'.repeat(11_000)} ${turn.words()}` },
  });

/** Another body of the same type, on the version that this device knows, or on an older one. */
const edit: Act = (turn) => {
  const texts = ({ body }: Message): boolean => body.type === 'text';
  const { id: messageId, version } = turn.dice.is(0.95) ? turn.mine(texts) : turn.message(texts);
  const body = { type: 'text', text: turn.words() } as const;
  return turn.call('editMessage', { messageId, version, body, ...mentionsBy(turn) });
};

const remove: Act = (turn) =>
  turn.call('deleteMessage', { messageId: (turn.dice.is(0.7) ? turn.mine() : turn.message()).id });

const restore: Act = (turn) =>
  turn.call('restoreMessage', { messageId: turn.message(({ body }) => body.type === 'deleted').id });

const hide: Act = (turn) => turn.call('hideMessage', { messageId: turn.message().id });

const forward: Act = (turn) =>
  turn.call('forwardMessage', { messageId: turn.message().id, targets: [{ conversationId: turn.room() }] });

const react: Act = async (turn) => {
  const { id, conversationId } = turn.message();
  const conversation = await turn.by.opened(conversationId);
  return conversation?.react(id, turn.one(EMOJIS));
};

const unreact: Act = async (turn) => {
  const { id, conversationId, reactions } = turn.message(({ reactions: all }) => all.length > 0);
  const conversation = await turn.by.opened(conversationId);
  return conversation?.unreact(id, turn.one(reactions).emoji);
};

const takeBack: Act = (turn) =>
  turn.call('removeReactions', { messageId: turn.message(({ reactions }) => reactions.length > 0).id });

const pin: Act = (turn) => turn.call('pinMessage', { messageId: turn.message().id });

const unpin: Act = async (turn) => {
  const pinned = turn.messages().filter((message) => message.pinned);
  const { id: messageId } = pinned.length > 0 ? turn.one(pinned) : turn.message();
  if (pinned.length === 0) await turn.call('pinMessage', { messageId });
  return turn.call('unpinMessage', { messageId });
};

/** Puts some pins first; pins two messages where there are fewer. */
const orderPins: Act = async (turn) => {
  const { conversationId } = turn.message();
  let { items, version } = await turn.call('listPins', { conversationId });
  const messages = turn.messages(conversationId).filter(({ body }) => body.type !== 'system');
  if (items.length < 2) {
    for (const { id: messageId } of messages.slice(-2)) await turn.call('pinMessage', { messageId });
    ({ items, version } = await turn.call('listPins', { conversationId }));
  }
  const messageIds = items.map(({ message }) => message.id).toReversed();
  return turn.call('orderPins', { conversationId, version, messageIds: messageIds.slice(0, 1 + turn.dice.below(3)) });
};

/** By weight. */
export const MESSAGE_ACTS: Readonly<Record<string, readonly [weight: number, act: Act]>> = {
  say: [14, say],
  post: [8, post],
  sayMuch: [0.7, sayMuch],
  edit: [8, edit],
  delete: [5, remove],
  restore: [4, restore],
  hide: [2, hide],
  forward: [2, forward],
  react: [8, react],
  unreact: [4, unreact],
  takeBack: [1, takeBack],
  pin: [5, pin],
  unpin: [2, unpin],
  orderPins: [4, orderPins],
};
