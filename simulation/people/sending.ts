import { Violation } from '../history.ts';
import type { World } from '../world.ts';
import { type Answered, ask, isPassing } from './asking.ts';
import type { Device } from './device.ts';

/** Tries of one send while things go wrong; when they do not, it is tried until there is an answer. */
const TRIES = 12;

/** A message as it is sent again and again. */
interface Sent {
  readonly conversationId: string;
  readonly author: string;
  readonly clientId: string;
  readonly text: string;
}

const attempt = (world: World, sent: Sent, text = sent.text): Promise<Answered> =>
  ask(world.rest, sent.author, 'POST', `/conversations/${sent.conversationId}/messages`, {
    body: { clientId: sent.clientId, body: { type: 'text', text } },
  });

/** An attempt that is not waited for any longer than that (ms): what comes of it nobody hears. */
const patiently = (world: World, sent: Sent, ms: number): Promise<Answered> =>
  Promise.race([attempt(world, sent), world.clock.wait(ms).then(() => undefined)]);

/** Tries until there is an answer that will stay: stored, or refused for good. */
async function insist(world: World, sent: Sent): Promise<boolean> {
  const { clock, chance } = world;
  const impatient = chance.is(0.3);
  for (let tries = 0; tries < TRIES || world.faults.calm; tries++) {
    const hurries = impatient && !world.faults.calm;
    const answered = await (hurries ? patiently(world, sent, chance.spread(100, 5_000)) : attempt(world, sent));
    if (!isPassing(answered)) {
      if (answered!.status > 201) return false;
      const { id, seq, createdAt } = answered!.body as { id: string; seq: number; createdAt: string };
      const { text: _, ...known } = sent;
      world.history.acknowledge({ ...known, seq, messageId: id, createdAt });
      return true;
    }
    const away = !world.faults.calm && chance.is(0.06);
    await (away ? world.away(chance.spread(60_000, 3 * 86_400_000)) : clock.wait(chance.spread(300, 20_000)));
  }
  return false;
}

/** Sends a text as a program does that knows no patience: again and again under one id, at times many at once, at times days later. */
export async function sendText(world: World, device: Device, conversationId: string): Promise<void> {
  const { clock, chance } = world;
  const clientId = device.mint();
  const text = `${device.who.name} ${clientId}`;
  const sent: Sent = { conversationId, author: device.userId, clientId, text };
  const storm = chance.is(0.3) ? 1 + chance.below(4) : 0;
  const tries = Array.from({ length: storm + 1 }, async (_, at) => {
    if (at > 0) await clock.wait(chance.spread(1, 2_000));
    return insist(world, sent);
  });
  const stored = await Promise.all(tries);
  if (!stored.includes(true)) return;
  if (chance.is(0.08)) {
    await world.away(chance.spread(1_000, 3 * 86_400_000));
    await insist(world, sent);
  }
  if (!chance.is(0.04)) return;
  const other = await attempt(world, sent, `${text} otherwise`);
  if (!isPassing(other) && other!.status < 300)
    world.violate(new Violation('I2 another body is refused', `${conversationId} ${clientId}: ${other!.status}`));
}

/** Sends many texts within a moment, as a program does that has much to say; each until there is an answer. */
export async function sendMany(world: World, device: Device, conversationId: string): Promise<void> {
  const { clock, chance } = world;
  const within = chance.spread(200, 5_000);
  const texts = Array.from({ length: 12 + chance.below(30) }, async () => {
    await clock.wait(chance.real() * within);
    const clientId = device.mint();
    const text = `${device.who.name} ${clientId}`;
    await insist(world, { conversationId, author: device.userId, clientId, text });
  });
  await Promise.all(texts);
}
