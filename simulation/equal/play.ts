import { ParleyError } from '#client/errors.ts';
import type { State } from '#client/state.ts';
import { Closed } from '#client/timers.ts';
import { Chance } from '../engine/chance.ts';
import { actOf } from './acts.ts';
import { Device, Off } from './device.ts';
import type { Ground, Owner } from './ground.ts';
import { canonical, freshPictureOf, pictureOf } from './picture.ts';
import type { Plan, Step } from './plan.ts';
import { Nothing, Scene, Turn } from './scene.ts';
import type { Tally } from './tally.ts';

/** A device shows something else than one that has just started. */
export class Unequal extends Error {
  override readonly name = 'Unequal';
}

const USERS = ['ada', 'bob', 'cleo'];
/** Milliseconds after the last action, in which whatever was begun ends and is told; and after a look at what moved. */
const [QUIET, LOOK] = [80_000, 5_000];

/** Where two texts part: the lines around the first that differs. */
export function differenceOf(a: string, b: string): string {
  const [left, right] = [a.split('\n'), b.split('\n')];
  const at = left.findIndex((line, index) => line !== right[index]);
  const around = (lines: readonly string[]): string => lines.slice(Math.max(0, at - 8), at + 6).join('\n');
  return `by events, line ${at}:\n${around(left)}\nby a fresh snapshot:\n${around(right)}`;
}

const devicesOf = ({ devices }: Plan): Owner[] =>
  devices.flatMap((count, user) =>
    Array.from({ length: count }, (_, index) => ({ userId: USERS[user]!, device: `${USERS[user]}/${index}` })),
  );

/** What an action may end in: a refusal, others who wrote at the same time, nothing to act on, its device switched off. */
const isExpected = (error: unknown): boolean =>
  error instanceof Nothing ||
  error instanceof Off ||
  error instanceof Closed ||
  (error instanceof ParleyError && (error.status < 500 || error.code === 'service.contended'));

async function act(scene: Scene, { act: name, by, dice }: Step): Promise<void> {
  const device = scene.devices[by % scene.devices.length]!;
  try {
    await scene.ground.as(device.owner, async () => {
      const turn = new Turn(scene, device, new Chance(dice));
      try {
        await actOf(name)(turn);
      } catch (error) {
        // There is nothing to do that to: they say something instead.
        if (!(error instanceof Nothing)) throw error;
        await actOf('say')(turn);
      }
    });
  } catch (error) {
    if (!isExpected(error)) throw new Error(`${device.owner.device} ${name}`, { cause: error });
  }
}

/** The first conversation of the first user, with everybody in it. */
async function begin(ground: Ground, plan: Plan, scene: Scene): Promise<void> {
  await Promise.all([...scene.devices, scene.moderator].map((device) => ground.as(device.owner, () => device.start())));
  const [first] = scene.devices;
  const { id } = await first!.client.call('createConversation', {
    type: 'group',
    name: 'Room',
    participants: scene.userIds.filter((userId) => userId !== first!.userId),
  });
  scene.conversations.push(id);
  const { call } = scene.moderator.client;
  const { version } = await call('getTenantSettings', {});
  await call('updateTenantSettings', { version, content: { customNames: ['poll'] } });
  const speaking = scene.devices.map(({ client }, index) =>
    client.call('sendMessage', { conversationId: id, body: { type: 'text', text: `the first of ${index}` } }),
  );
  await Promise.all(speaking);
  if (plan.looking) await Promise.all(scene.devices.map((device) => ground.as(device.owner, () => device.open(id))));
}

/** A state but for how far its logs have come. */
const withoutNumbers = ({ conversations, ...state }: State) => ({
  ...state,
  conversations: Object.fromEntries(Object.entries(conversations).map(([id, { seq: _, ...line }]) => [id, line])),
});

/** Milliseconds before the first look at a device that has just started, and between two. */
const [FIRST, AGAIN] = [3_000, 5_000];

async function compare({ ground, receiptsTurned }: Scene, device: Device, tally: Tally): Promise<void> {
  // Who blocks somebody is away for them from the next time that they say whom they watch, every eight minutes.
  await ground.as(device.owner, async () => device.watch(device.watched));
  const fresh = new Device(ground, { ...device.owner, device: `${device.owner.device}/fresh` }, tally);
  await ground.as(fresh.owner, async () => {
    await fresh.start();
    fresh.watch(device.watched);
    for (let look = 1; ; look++) {
      await ground.wait(look === 1 ? FIRST : AGAIN);
      const [old, now] = [
        canonical(await pictureOf(device, receiptsTurned)),
        canonical(await freshPictureOf(fresh, device, receiptsTurned)),
      ];
      if (old === now) break;
      if (look === ground.looks) throw new Unequal(`${device.owner.device}: ${differenceOf(old, now)}`);
    }
    await fresh.stop();
  });
}

/** Plays a sequence, and compares every device with one that has just started. Raises `Unequal`, `Undocumented`. */
export async function play(ground: Ground, plan: Plan, tally: Tally): Promise<void> {
  const moderator: Owner = { userId: 'moderator', device: 'moderator/0', moderator: true };
  const devices = devicesOf(plan).map((owner) => new Device(ground, owner, tally));
  const scene = new Scene(ground, devices, new Device(ground, moderator, tally));
  await begin(ground, plan, scene);
  const acting: Promise<void>[] = [];
  const failed: unknown[] = [];
  for (const step of plan.steps) {
    acting.push(act(scene, step).catch((error: unknown) => void failed.push(error)));
    await ground.wait(step.gap);
  }
  await Promise.all(acting);
  if (failed.length > 0) throw failed[0];
  for (const device of devices) if (!device.isOn) await ground.as(device.owner, () => device.start());
  await ground.wait(QUIET);
  // Numbers that hold nothing are told by the next ping. Whatever happened has been told before it.
  const told = devices.map((device) => canonical(withoutNumbers(device.client.state)));
  for (const device of devices) device.wake();
  await ground.wait(LOOK);
  for (const [index, device] of devices.entries()) {
    const now = canonical(withoutNumbers(device.client.state));
    if (ground.looks === 1 && now !== told[index])
      throw new Unequal(`${device.owner.device} had missed something: ${differenceOf(told[index]!, now)}`);
  }
  if (tally.undocumented) throw tally.undocumented;
  for (const device of devices) await compare(scene, device, tally);
  if (tally.undocumented) throw tally.undocumented;
  await Promise.all([...devices, scene.moderator].map((device) => device.stop()));
}
