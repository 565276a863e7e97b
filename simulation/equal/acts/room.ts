import type { Act, Turn } from '../scene.ts';

/** A conversation that is open, and its version as this device knows it. */
const place = (turn: Turn): { readonly conversationId: string; readonly version: number } => {
  const [conversationId, { details }] = turn.one(Object.entries(turn.by.client.state.rooms));
  return { conversationId, version: details.version };
};

const change: Act = (turn) => {
  const text = turn.words();
  const fields = [{ name: text }, { description: text }, { description: null }, { metadata: { topic: text } }] as const;
  return turn.call('updateConversation', { ...place(turn), ...turn.one(fields) });
};

const settings: Act = (turn) => {
  const rank = turn.one(['owner', 'admin', 'member'] as const);
  const fields = [
    { theme: { accent: '#112233', background: null } },
    { theme: null },
    { notifications: turn.one(['all', 'mentions', 'none'] as const) },
    { thresholds: { pin: rank } },
    { thresholds: { edit: rank, add: rank } },
    { slowModeSeconds: turn.one([0, 0, 5]) },
    { history: turn.one(['all', 'since_joined'] as const) },
  ] as const;
  return turn.call('updateSettings', { ...place(turn), ...turn.one(fields) });
};

const revert: Act = async (turn) => {
  const conversationId = turn.room();
  const { items } = await turn.call('listSettingsHistory', { conversationId });
  return turn.call('revertSettings', { conversationId, version: turn.one(items).version });
};

const archive: Act = (turn) => turn.call('archiveConversation', { conversationId: turn.room() });

const restore: Act = (turn) => turn.call('restoreConversation', { conversationId: turn.room() });

const purge: Act = (turn) => {
  const conversationId = turn.room();
  return turn.call('purgeConversation', { conversationId, confirm: conversationId });
};

/** By weight. */
export const ROOM_ACTS: Readonly<Record<string, readonly [weight: number, act: Act]>> = {
  change: [4, change],
  settings: [4, settings],
  revert: [1, revert],
  archive: [1, archive],
  restoreRoom: [1.5, restore],
  purge: [0.5, purge],
};
