import type { Act } from '../scene.ts';

/** Looks at a conversation from now on: a snapshot is taken in the middle of what happens. */
const open: Act = (turn) => turn.by.open(turn.room());

const close: Act = async (turn) => {
  const conversationId = turn.one([...turn.by.wanted]);
  const conversation = await turn.by.opened(conversationId);
  turn.by.wanted.delete(conversationId);
  conversation?.close();
};

const older: Act = async (turn) => {
  const conversation = await turn.by.opened(turn.room());
  return conversation?.loadOlder();
};

const cut: Act = async (turn) => turn.by.cut(turn.dice.is(0.5));

/** The program ends and starts again on what it kept. */
const restart: Act = async (turn) => {
  const { by, dice, scene } = turn;
  if (!by.isOn) return;
  await by.stop();
  await scene.ground.wait(dice.spread(10, 20_000));
  await by.start();
};

/** More is said while the program is off than one answer holds. */
const flood: Act = async (turn) => {
  const { by, scene } = turn;
  const conversationId = turn.one([...by.wanted]);
  const others = scene.devices.filter((device) => device !== by && device.isOn);
  const { call } = turn.one(others).client;
  await by.stop();
  for (let count = 0; count < 12; count++) {
    const text = `${'漢'.repeat(8_000)} ${turn.words()}`;
    await call('sendMessage', { conversationId, body: { type: 'text', text } }).catch(() => undefined);
  }
  await by.start();
};

const watch: Act = async (turn) => turn.by.watch(turn.scene.userIds.filter((userId) => userId !== turn.by.userId));

/** By weight. */
export const DEVICE_ACTS: Readonly<Record<string, readonly [weight: number, act: Act]>> = {
  open: [6, open],
  close: [1, close],
  older: [1, older],
  cut: [4, cut],
  restart: [2, restart],
  flood: [0.3, flood],
  watch: [1.5, watch],
};
