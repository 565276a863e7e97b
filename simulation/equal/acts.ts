import type { Chance } from '../engine/chance.ts';
import { DEVICE_ACTS } from './acts/devices.ts';
import { MESSAGE_ACTS } from './acts/messages.ts';
import { OWN_ACTS } from './acts/mine.ts';
import { PEOPLE_ACTS } from './acts/people.ts';
import { ROOM_ACTS } from './acts/room.ts';
import { THREAD_ACTS } from './acts/threads.ts';
import type { Act } from './scene.ts';

const ALL = { ...MESSAGE_ACTS, ...THREAD_ACTS, ...PEOPLE_ACTS, ...ROOM_ACTS, ...OWN_ACTS, ...DEVICE_ACTS };

const NAMES = [MESSAGE_ACTS, THREAD_ACTS, PEOPLE_ACTS, ROOM_ACTS, OWN_ACTS, DEVICE_ACTS].flatMap(Object.keys);
if (new Set(NAMES).size !== NAMES.length) throw new Error('two things that users do have one name');

/** What somebody does by that name. */
export function actOf(name: string): Act {
  const known = ALL[name];
  if (!known) throw new Error(`nobody does ${name}`);
  return known[1];
}

/** A name by chance, the heavier ones more often. */
export function actBy(chance: Chance): string {
  const entries = Object.entries(ALL);
  let left = chance.real() * entries.reduce((sum, [, [weight]]) => sum + weight, 0);
  return (entries.find(([, [weight]]) => {
    left -= weight;
    return left < 0;
  }) ?? entries[0]!)[0];
}
