import { scope } from '#table/entity.ts';
import { partitionOf } from '#table/reaction.ts';
import { nothingForgotten, sameShown } from './checks/devices.ts';
import {
  membersAsLogged,
  noEditLost,
  nothingLostNothingTwice,
  nothingSkipped,
  reactionsCounted,
  unreadByHand,
} from './checks/endings.ts';
import { type Room, roomOf } from './checks/logs.ts';
import type { Strikes } from './cloud/faults.ts';
import { type Actor, as, stage } from './engine/stage.ts';
import { Violation } from './history.ts';
import { nobodyWaitsForAPing } from './missed.ts';
import { ask, isPassing } from './people/asking.ts';
import { Device } from './people/device.ts';
import { habitsOf, quietly } from './people/habits.ts';
import { Person } from './people/person.ts';
import { plain } from './plain.ts';
import { World } from './world.ts';

/** What came of one world. */
export interface Outcome {
  readonly seed: number;
  readonly steps: number;
  readonly trace: number;
  readonly struck: Strikes;
  readonly violation: { readonly check: string; readonly message: string } | undefined;
}

/** Milliseconds after which what can get old is old. */
const QUIET = 20_000;

/** Milliseconds after which every client has pinged, and fetched what a ping told it of. */
const LAST_LOOK = 15 * 60_000;
/** Times it is waited for a device that is opening another socket. */
const LOOKS = 20;

const nobody = (): Actor => ({ name: 'the script', skew: 0, dead: false, memory: new Map(), die: () => undefined });

/** Conversations of some people, made while nothing goes wrong. */
async function settleIn(world: World, people: readonly Person[]): Promise<void> {
  const { chance, conversations, rest } = world;
  const rooms = 1 + chance.below(3);
  for (let room = 0; room < rooms; room++) {
    const [first, ...others] = [...people].sort(() => chance.real() - 0.5);
    const participants = others.filter(() => room === 0 || chance.is(0.7)).map(({ userId }) => userId);
    const answered = await ask(rest, first!.userId, 'POST', '/conversations', {
      body: { type: 'group', name: `Room ${room}`, participants },
    });
    if (answered?.status !== 201) throw new Error(`no conversation: ${JSON.stringify(answered)}`);
    conversations.push(String(answered.body['id']));
  }
  for (const { devices } of people) for (const device of devices) device.connect();
  await world.clock.wait(2_000);
}

/** Everything that went wrong is over: what was begun ends, queues run dry, holes get old. */
async function calmDown(world: World, people: readonly Person[]): Promise<void> {
  const longest = world.calmDown();
  const open = (): string[] => [
    ...people.flatMap(({ userId, busy, devices }) => [
      ...(busy > 0 ? [`${userId} is busy`] : []),
      ...devices.flatMap(({ who, sending, offline }) => [
        ...(sending ? [`${who.name} sends`] : []),
        ...(offline ? [`${who.name} is offline`] : []),
      ]),
    ]),
    ...[...world.queue.waiting()].map(() => 'a message is queued'),
  ];
  const until = world.clock.now + longest;
  while (open().length > 0 && world.clock.now < until)
    await world.clock.wait(QUIET + (world.clock.now - until + longest) / 10);
  if (open().length > 0) throw new Violation('everything ends', `though nothing goes wrong: ${open().join(', ')}`);
  await world.clock.wait(QUIET);
}

const tallyOf =
  (world: World, { conversationId }: Room) =>
  (seq: number): Map<string, Set<string>> => {
    const found = new Map<string, Set<string>>();
    for (const item of world.table.all(partitionOf(scope(world.tenantId), { conversationId, seq }))) {
      const { e, u } = plain(item) as { e: string; u: string };
      found.set(e, (found.get(e) ?? new Set()).add(u));
    }
    return found;
  };

/** I4: every device shows what a device would that comes new. */
async function nobodyMissedAnything(world: World, people: readonly Person[]): Promise<void> {
  for (const { devices } of people) for (const device of devices) device.openAll();
  await world.clock.wait(LAST_LOOK);
  for (const { userId, devices } of people) {
    const fresh = new Device(world, userId, `${userId}/new`);
    fresh.connect();
    await world.clock.wait(QUIET);
    for (const device of devices) {
      // Its two hours may be over just now.
      for (let look = 0; look < LOOKS && !device.online; look++) await world.clock.wait(QUIET);
      sameShown(device, fresh, world.conversations);
    }
    await fresh.end();
  }
  const rooms = world.conversations.map((id) => roomOf(world.table, world.tenantId, id));
  for (const { devices } of people) for (const device of devices) nothingForgotten(device, rooms);
}

/** Holds what was promised against what is there. */
async function lookAround(world: World, people: readonly Person[]): Promise<void> {
  const { history, table, tenantId, conversations, rest } = world;
  for (const conversationId of conversations) {
    // Readers first: they settle what is left open.
    for (const person of people) await person.page(conversationId, true);
    const room = roomOf(table, tenantId, conversationId);
    nothingLostNothingTwice(room, history);
    noEditLost(room, history);
    membersAsLogged(room);
    nothingSkipped(room, history.shown);
    reactionsCounted(room, tallyOf(world, room));
    for (const member of room.members) {
      const answered = await ask(rest, String(member['userId']), 'GET', `/conversations/${conversationId}`);
      if (isPassing(answered)) throw new Violation('everything ends', 'a reading fails though nothing goes wrong');
      const told = answered?.body['unreadCount'];
      const counted = unreadByHand(room, member);
      if (told !== counted)
        throw new Violation('I5 unread', `${conversationId} ${member['userId']}: told ${told}, counted ${counted}`);
    }
  }
}

/** One world from its beginning to its end, about `ops` steps long. `listen` hears its trace. */
export async function runWorld(seed: number, ops: number, listen?: (line: string) => void): Promise<Outcome> {
  const world = new World(seed);
  world.listen = listen;
  const { clock, chance, faults } = world;
  stage.current = { clock, chance, ask: (request) => world.network.ask(request), complain: world.complain };
  let over = false;
  const names = Array.from({ length: 3 + chance.below(4) }, (_, index) => `user${index}`);
  const habits = habitsOf(chance);
  const people = names.map((name) => {
    const others = names.filter((other) => other !== name);
    return new Person(world, name, others, chance.is(0.2) ? quietly(habits) : habits);
  });
  const script = async (): Promise<void> => {
    await settleIn(world, people);
    faults.calm = false;
    const goesOn = (): boolean => world.steps < ops && !world.violation;
    const tempo = chance.spread(300, 60_000);
    for (const person of people) void person.live(tempo, goesOn);
    while (goesOn()) await clock.wait(tempo);
    await calmDown(world, people);
    await nobodyWaitsForAPing(world, people);
    await lookAround(world, people);
    await nobodyMissedAnything(world, people);
  };
  const playing = as(nobody(), script)
    .catch((error: unknown) => {
      const known =
        error instanceof Violation ? error : new Violation('the simulation itself', (error as Error).stack ?? '');
      world.violate(known);
    })
    .finally(() => {
      over = true;
    });
  await clock.run(() => !over && !world.violation);
  if (!world.violation) await playing;
  stage.current = undefined;
  const { steps, trace, violation } = world;
  return {
    seed,
    steps,
    trace,
    struck: faults.struck,
    violation: violation && { check: violation.check, message: violation.message },
  };
}
