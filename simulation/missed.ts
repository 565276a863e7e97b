import { Violation } from './history.ts';
import { ask } from './people/asking.ts';
import type { Person } from './people/person.ts';
import type { World } from './world.ts';

/** Times everybody's sockets close, and milliseconds within which something is said meanwhile and seen by all. */
const [ROUNDS, SAID, SEEN] = [2, 1_500, 10_000];

/**
 * I3: who opens a socket while something is sent sees it by the second look, though the push passed them by, and does not
 * wait for the next ping. Nothing goes wrong but that reads are of a moment ago.
 */
export async function nobodyWaitsForAPing(world: World, people: readonly Person[]): Promise<void> {
  const { clock, chance, faults, rest, sockets, conversations } = world;
  const devices = people.flatMap((person) => person.devices);
  for (let round = 0; round < ROUNDS; round++) {
    faults.still = 'stale read';
    sockets.closeAll();
    const said = conversations.map(async (conversationId) => {
      await clock.wait(chance.real() * SAID);
      const { userId, devices: own } = chance.one(people);
      const clientId = own[0]!.mint();
      const text = `${userId} says ${clientId} meanwhile`;
      const answered = await ask(rest, userId, 'POST', `/conversations/${conversationId}/messages`, {
        body: { clientId, body: { type: 'text', text } },
      });
      return answered?.status === 201 ? [{ conversationId, seq: Number(answered.body['seq']) }] : [];
    });
    const places = (await Promise.all(said)).flat();
    await clock.wait(SAID);
    faults.still = undefined;
    await clock.wait(SEEN);
    for (const { who, online, state } of devices)
      for (const { conversationId, seq } of places) {
        const room = state.rooms[conversationId];
        if (online && room && !room.messages.some((message) => message.seq === seq))
          throw new Violation(
            'I3 a socket that opens meanwhile finds it',
            `${who.name} ${conversationId}: ${seq} is not shown after ${SEEN / 1_000} s`,
          );
      }
  }
}
