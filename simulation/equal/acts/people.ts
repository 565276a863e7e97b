import { type Act, Turn } from '../scene.ts';

const create: Act = async (turn) => {
  const { scene, dice } = turn;
  const participants = scene.userIds.filter((userId) => userId !== turn.by.userId && dice.is(0.7));
  const type = turn.one(['direct', 'group', 'group', 'channel'] as const);
  const name = turn.words();
  const { id } = await turn.call(
    'createConversation',
    type === 'direct' ? { type, participants: [turn.another()] } : { type, name, participants },
  );
  if (!scene.conversations.includes(id)) scene.conversations.push(id);
};

const add: Act = (turn) =>
  turn.call('addParticipants', {
    conversationId: turn.room(),
    userIds: [...new Set([turn.another(), turn.another()])],
  });

const remove: Act = (turn) => turn.call('removeParticipant', { conversationId: turn.room(), userId: turn.another() });

const removeMany: Act = (turn) =>
  turn.call('removeParticipants', {
    conversationId: turn.room(),
    userIds: [...new Set([turn.another(), turn.another()])].join(),
  });

const leave: Act = (turn) => turn.call('leaveConversation', { conversationId: turn.room() });

const join: Act = (turn) => turn.call('joinConversation', { conversationId: turn.one(turn.scene.conversations) });

const role: Act = (turn) =>
  turn.call('changeRole', {
    conversationId: turn.room(),
    userId: turn.someone(),
    role: turn.one(['admin', 'member', 'guest'] as const),
  });

const ban: Act = (turn) =>
  turn.call('banParticipant', {
    conversationId: turn.room(),
    userId: turn.another(),
    ...(turn.dice.is(0.5) ? { until: new Date(turn.scene.ground.now() + 3_600_000).toISOString() } : {}),
  });

const unban: Act = (turn) => turn.call('unbanParticipant', { conversationId: turn.room(), userId: turn.another() });

const offer: Act = (turn) =>
  turn.call('offerOwnership', { conversationId: turn.room(), userId: turn.another(), stepDown: turn.dice.is(0.5) });

const withdraw: Act = (turn) => turn.call('withdrawOwnership', { conversationId: turn.room(), userId: turn.another() });

const accept: Act = (turn) => turn.call('acceptOwnership', { conversationId: turn.room() });

/** Invites somebody, into a conversation of one's own where they are everywhere already. */
const invite: Act = async (turn) => {
  const { call, scene } = turn;
  const userIds = [turn.another()];
  const results = async (conversationId: string) => {
    const created = await call('createInvitation', { conversationId, kind: 'direct', userIds });
    return created.kind === 'direct' ? created.results : [];
  };
  if (turn.dice.is(0.4) && (await results(turn.room())).some(({ status }) => status === 'invited')) return;
  const { id } = await call('createConversation', { type: 'group', name: turn.words() });
  scene.conversations.push(id);
  await results(id);
};

/** Makes a link, for whoever wants to come: of a conversation that all know, or of a new one. */
const link: Act = async (turn) => {
  const { call, dice, scene } = turn;
  let conversationId = turn.room();
  if (dice.is(0.5)) {
    ({ id: conversationId } = await call('createConversation', { type: 'group', name: turn.words() }));
    scene.conversations.push(conversationId);
  }
  const forWhom = dice.is(0.3) ? { userIds: [turn.another()] } : {};
  const limit = dice.is(0.3) ? { maxUses: 1 } : {};
  const made = await call('createInvitation', { conversationId, kind: 'link', ...forWhom, ...limit });
  if (made.kind === 'link') scene.links.push(made.token);
};

/** Comes in by a link; where there is none, somebody else makes one first. */
const redeem: Act = async (turn) => {
  const { scene } = turn;
  if (scene.links.length === 0) {
    const another = turn.one(scene.devices.filter(({ userId, isOn }) => isOn && userId !== turn.by.userId));
    await scene.ground.as(another.owner, () => link(new Turn(scene, another, turn.dice)));
  }
  return turn.call('redeemInvitation', { token: turn.one(scene.links) });
};

const block: Act = (turn) => turn.call(turn.dice.is(0.6) ? 'blockUser' : 'unblockUser', { userId: turn.another() });

const revoke: Act = async (turn) => {
  const conversationId = turn.one(turn.scene.conversations);
  const { items } = await turn.call('listInvitations', { conversationId });
  return turn.call('revokeInvitation', { conversationId, invitationId: turn.one(items).id });
};

const answer: Act = async (turn) => {
  const { items } = await turn.call('listReceived', {});
  const { id: invitationId } = turn.one(items);
  return turn.dice.is(0.7)
    ? turn.call('acceptInvitation', { invitationId })
    : turn.call('declineInvitation', { invitationId });
};

const report: Act = async (turn) => {
  const { id: messageId } = turn.message(({ senderId }) => senderId !== turn.by.userId);
  await turn.call('reportMessage', { messageId, reason: 'spam' });
};

/** Deals with a report; where there is none, somebody reports a message first. */
const moderate: Act = async (turn) => {
  const { call } = turn.scene.moderator.client;
  if ((await call('listReports', { state: 'open' })).items.length === 0) await report(turn);
  const { items } = await call('listReports', { state: 'open' });
  const { id: reportId } = turn.one(items);
  await call('claimReport', { reportId });
  const outcome = turn.one(['dismissed', 'message_deleted', 'member_banned'] as const);
  return call('resolveReport', { reportId, outcome });
};

/** By weight. */
export const PEOPLE_ACTS: Readonly<Record<string, readonly [weight: number, act: Act]>> = {
  create: [2.5, create],
  add: [4, add],
  remove: [2, remove],
  removeMany: [0.7, removeMany],
  leave: [2, leave],
  join: [2, join],
  role: [4, role],
  ban: [1.2, ban],
  unban: [1, unban],
  offer: [1.5, offer],
  withdraw: [0.7, withdraw],
  accept: [2, accept],
  invite: [4, invite],
  revoke: [4, revoke],
  answer: [6, answer],
  link: [1, link],
  redeem: [2, redeem],
  block: [2, block],
  report: [1.5, report],
  moderate: [3, moderate],
};
