import { type Ack, type Sent, Violation } from '../history.ts';
import type { World } from '../world.ts';
import { type Answered, ask, isPassing } from './asking.ts';
import type { Device } from './device.ts';

/** Tries of one send while things go wrong; when they do not, it is tried until there is an answer. */
const TRIES = 12;

/** An acknowledgement, held against what was acknowledged before under the same id (I2). */
function acknowledge(world: World, sent: Sent, answered: NonNullable<Answered>): void {
  const { id, seq, createdAt, body } = answered.body as {
    id: string;
    seq: number;
    createdAt: string;
    body: { type: string; text: string };
  };
  const ack: Ack = { seq, messageId: id, createdAt };
  const fail = (what: string): void =>
    world.violate(new Violation('I2 the same id, the same answer', `${sent.conversationId} ${sent.clientId}: ${what}`));
  if (sent.ack && JSON.stringify(sent.ack) !== JSON.stringify(ack))
    fail(`${JSON.stringify(sent.ack)} first, ${JSON.stringify(ack)} then`);
  if (body.type !== 'text' && body.type !== 'deleted') fail(`a message of type ${body.type}`);
  sent.ack ??= ack;
}

const attempt = (world: World, sent: Sent, text = sent.text): Promise<Answered> =>
  ask(world.rest, sent.author, 'POST', `/conversations/${sent.conversationId}/messages`, {
    body: { clientId: sent.clientId, body: { type: 'text', text } },
  });

/** Tries until there is an answer that will stay: stored, or refused for good. */
async function insist(world: World, device: Device, sent: Sent): Promise<boolean> {
  const { clock, chance } = world;
  for (let tries = 0; tries < TRIES || world.faults.calm; tries++) {
    const answered = await attempt(world, sent);
    if (!isPassing(answered)) {
      if (answered!.status > 201) return false;
      acknowledge(world, sent, answered!);
      return true;
    }
    device.learnTime(answered?.body['serverTime']);
    const away = !world.faults.calm && chance.is(0.06);
    await (away ? world.away(chance.spread(60_000, 3 * 86_400_000)) : clock.wait(chance.spread(300, 20_000)));
  }
  return false;
}

/** Sends a text as somebody impatient does: again and again under one id, at times many at once, at times days later. */
export async function sendText(world: World, device: Device, conversationId: string): Promise<void> {
  const { clock, chance, history } = world;
  const clientId = device.mint();
  const text = `${device.who.name} ${clientId}`;
  const sent: Sent = { conversationId, author: device.userId, clientId, text, ack: undefined };
  history.sent.push(sent);
  const storm = chance.is(0.05) ? 1 + chance.below(4) : 0;
  const tries = Array.from({ length: storm + 1 }, async (_, at) => {
    if (at > 0) await clock.wait(chance.spread(1, 2_000));
    return insist(world, device, sent);
  });
  const stored = await Promise.all(tries);
  if (!stored.includes(true)) return;
  if (chance.is(0.08)) {
    await world.away(chance.spread(1_000, 3 * 86_400_000));
    await insist(world, device, sent);
  }
  if (!chance.is(0.04)) return;
  const other = await attempt(world, sent, `${text} otherwise`);
  if (!isPassing(other) && other!.status < 300)
    world.violate(new Violation('I2 another body is refused', `${conversationId} ${clientId}: ${other!.status}`));
}
