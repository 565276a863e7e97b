/**
 * A room of a hundred in a simulated world where nothing goes wrong: the shipped functions over a table, a queue and sockets
 * in this process, in virtual time, so that a rate is exact on any machine. Bundled and run by `rows/hot.ts`.
 */
import { MAX_RATE } from '#contract/tenant.ts';
import { becomeWorld } from '#simulation/engine/process.ts';
import { as, stage } from '#simulation/engine/stage.ts';
import { ask } from '#simulation/people/asking.ts';
import { World } from '#simulation/world.ts';
import { scope } from '#table/entity.ts';
import { findSettings, storeSettings } from '#table/tenant-settings.ts';

/** Messages to send one after another, so many a second. */
interface Stretch {
  readonly perSecond: number;
  readonly lines: readonly { readonly author: number; readonly text: string }[];
}

/** What a stretch came to. */
export interface Drove {
  readonly framesPerRecipient: number;
  /** Virtual milliseconds from send to each socket. */
  readonly delays: readonly number[];
  /** Messages that were left to the queue. */
  readonly queued: number;
  readonly sockets: number;
}

/** Members, of whom every second has a socket; so many may be named when a conversation is made. */
const [MEMBERS, FIRST] = [100, 91];

becomeWorld();

const must = async (world: World, userId: string, path: string, body: object) => {
  const answered = await ask(world.rest, userId, 'POST', path, { body });
  if (!answered || answered.status > 201) throw new Error(`POST ${path}: ${JSON.stringify(answered)}`);
  return answered.body;
};

/** What all sockets heard: frames with messages, and when each message came to each. */
class Room {
  frames = 0;
  readonly heard = new Map<number, number[]>();
  readonly world: World;
  readonly names = Array.from({ length: MEMBERS }, (_, index) => `user${String(index).padStart(4, '0')}`);
  path = '';
  sockets = 0;
  queued = 0;

  constructor(world: World) {
    this.world = world;
    world.listen = (line) => {
      if (line.includes(' queue takes ')) this.queued++;
    };
  }

  async open(): Promise<void> {
    const { world, names } = this;
    const [owner] = names;
    const group = { type: 'group', name: 'Project chat', participants: names.slice(1, FIRST) };
    const { id } = await must(world, owner!, '/conversations', group);
    await must(world, owner!, `/conversations/${id}/participants`, { userIds: names.slice(FIRST) });
    this.path = `/conversations/${id}/messages`;
    const tenant = scope(world.tenantId);
    const { rules, version } = await findSettings(tenant);
    const limits = { ...rules.limits, messagesPerMinute: MAX_RATE, messageBurst: MAX_RATE };
    await storeSettings(tenant, { version, before: rules, after: { ...rules, limits }, by: 'bench', at: Date.now() });
    for (const name of names.filter((_, index) => index % 2 === 1)) {
      const { url } = await must(world, name, '/realtime/tickets', {});
      world.sockets.connect(String(url), {
        opened: () => {
          this.sockets++;
        },
        heard: (frame) => this.#hear(frame),
        closed: () => undefined,
      });
    }
    // No socket is young any more, and what functions remember of the tenant is what it is now.
    await world.clock.wait(90_000);
  }

  #hear(frame: string): void {
    const { events } = JSON.parse(frame) as { events: { type: string; seq?: number }[] };
    const seqs = events.flatMap(({ type, seq }) => (type === 'message:created' && seq !== undefined ? [seq] : []));
    if (seqs.length > 0) this.frames++;
    for (const seq of seqs) this.heard.set(seq, [...(this.heard.get(seq) ?? []), this.world.clock.now]);
  }

  async drive({ perSecond, lines }: Stretch): Promise<Drove> {
    const { clock } = this.world;
    const [frames, queued] = [this.frames, this.queued];
    const sends: Promise<{ seq: number; at: number }>[] = [];
    for (const { author, text } of lines) {
      const at = clock.now;
      const sent = must(this.world, this.names[author % MEMBERS]!, this.path, { body: { type: 'text', text } });
      sends.push(sent.then(({ seq }) => ({ seq: Number(seq), at })));
      await clock.wait(1_000 / perSecond);
    }
    const sent = await Promise.all(sends);
    await clock.wait(10_000);
    const delays = sent.flatMap(({ seq, at }) => (this.heard.get(seq) ?? []).map((when) => when - at));
    if (delays.length < sent.length * this.sockets) throw new Error('not everybody heard everything');
    return {
      framesPerRecipient: (this.frames - frames) / this.sockets / lines.length,
      delays,
      queued: this.queued - queued,
      sockets: this.sockets,
    };
  }
}

async function play(stretches: readonly Stretch[]): Promise<Drove[]> {
  const world = new World(1);
  const { clock, chance } = world;
  stage.current = { clock, chance, ask: (request) => world.network.ask(request), complain: world.complain };
  const room = new Room(world);
  let over = false;
  const script = async (): Promise<Drove[]> => {
    await room.open();
    const drove: Drove[] = [];
    for (const stretch of stretches) drove.push(await room.drive(stretch));
    return drove;
  };
  const nobody = { name: 'the script', skew: 0, dead: false, memory: new Map(), die: () => undefined };
  const playing = as(nobody, script).finally(() => {
    over = true;
  });
  playing.catch(() => undefined);
  await clock.run(() => !over && !world.violation);
  if (world.violation) throw world.violation;
  return playing;
}

process.on('message', async (stretches: readonly Stretch[]) => {
  const drove = await play(stretches);
  process.send!(drove, undefined, {}, () => process.disconnect());
});
