import type { Message } from '#client/contract.ts';
import { scope } from '#table/entity.ts';
import { MemberEntity } from '#table/member.ts';
import { as } from '../engine/stage.ts';
import { type Shown, Violation } from '../history.ts';
import type { World } from '../world.ts';
import { ask, isPassing } from './asking.ts';
import { Device } from './device.ts';
import { type Habit, type Habits, habitOf } from './habits.ts';
import { sendMany, sendText } from './sending.ts';

const EMOJIS = ['👍', '❤️', '🎉'];
const ROLES = ['admin', 'admin', 'member'];

/** A user with devices, who does now this and now that. */
export class Person {
  readonly userId: string;
  readonly devices: readonly Device[];
  readonly #world: World;
  readonly #others: readonly string[];
  readonly #habits: Habits;
  /** What reading got to, by membership, as it was acknowledged. */
  readonly #read = new Map<string, number>();
  /** What this person began and has not ended. */
  busy = 0;

  constructor(world: World, userId: string, others: readonly string[], habits: Habits) {
    this.#world = world;
    this.#habits = habits;
    this.userId = userId;
    this.#others = others;
    this.devices = Array.from(
      { length: 1 + world.chance.below(3) },
      (_, index) => new Device(world, userId, `${userId}/${index}`),
    );
  }

  /** Lives until things calm down: bursts of action, and pauses of up to hours between. */
  async live(tempo: number, goesOn: () => boolean): Promise<void> {
    const { clock, chance } = this.#world;
    while (goesOn()) {
      await clock.wait(chance.is(0.02) ? chance.spread(60_000, 8 * 3_600_000) : chance.spread(tempo / 10, tempo));
      if (!goesOn()) return;
      const device = chance.one(this.devices);
      this.busy++;
      const habit = habitOf(this.#habits, chance);
      as(device.who, () => this.#do(habit, device)).then(
        () => this.busy--,
        (error: unknown) =>
          this.#world.violate(
            new Violation('the simulation itself', error instanceof Error ? (error.stack ?? '') : ''),
          ),
      );
    }
  }

  /** Does something, now and then a few times at once: with two thumbs, or on two devices. */
  async #do(habit: Habit, device: Device): Promise<void> {
    const { clock, chance, conversations } = this.#world;
    const conversationId = chance.one(conversations);
    const message = this.#recent(device);
    const times = chance.is(0.2) ? 2 + chance.below(2) : 1;
    const acts = Array.from({ length: times }, async (_, at) => {
      if (at > 0) await clock.wait(chance.spread(1, 500));
      await this.#act(habit, device, conversationId, message);
    });
    await Promise.all(acts);
  }

  async #act(habit: Habit, device: Device, conversationId: string, message: Message | undefined): Promise<void> {
    const { chance } = this.#world;
    switch (habit) {
      case 'write':
        device.write(conversationId, `${device.who.name} writes ${device.mint()}`);
        return;
      case 'restart':
        return device.restart();
      case 'send':
        return sendText(this.#world, device, conversationId);
      case 'burst':
        return sendMany(this.#world, device, conversationId);
      case 'edit':
        return message && this.#edit(device, message);
      case 'delete':
        return message?.senderId === this.userId
          ? this.#change(device, 'DELETE', `/messages/${message.id}`)
          : undefined;
      case 'react':
        return (
          message && this.#change(device, 'POST', `/messages/${message.id}/reactions`, { emoji: chance.one(EMOJIS) })
        );
      case 'unreact':
        return (
          message &&
          this.#change(device, 'DELETE', `/messages/${message.id}/reactions/${encodeURIComponent(chance.one(EMOJIS))}`)
        );
      case 'pin':
        return message && this.#change(device, chance.is(0.6) ? 'PUT' : 'DELETE', `/messages/${message.id}/pin`);
      case 'read':
      case 'deliver':
        return this.#mark(device, conversationId, habit === 'read' ? 'read' : 'delivered');
      case 'add': {
        const userIds = this.#others.filter(() => chance.is(0.4));
        return userIds.length > 0
          ? this.#change(device, 'POST', `/conversations/${conversationId}/participants`, { userIds })
          : undefined;
      }
      case 'remove':
        return this.#change(
          device,
          'DELETE',
          `/conversations/${conversationId}/participants/${chance.one(this.#others)}`,
        );
      case 'leave':
        return this.#change(device, 'POST', `/conversations/${conversationId}/leave`, {});
      case 'role':
        return this.#change(
          device,
          'PATCH',
          `/conversations/${conversationId}/participants/${chance.one(this.#others)}`,
          { role: chance.one(ROLES) },
        );
      case 'page':
        await this.page(conversationId);
        return;
      case 'offline':
        return device.goOffline(chance.spread(1_000, 2 * 86_400_000));
    }
  }

  #recent(device: Device): Message | undefined {
    const { chance, conversations } = this.#world;
    const shown = device.newest(chance.one(conversations), 12).filter(({ body }) => body.type !== 'system');
    return shown.length === 0 ? undefined : chance.one(shown);
  }

  /** A change under one operation id, until it is answered for good or one gives up. */
  async #change(device: Device, method: string, path: string, body?: object): Promise<void> {
    await this.#insist(device, method, path, body);
  }

  async #insist(device: Device, method: string, path: string, body: object | undefined) {
    const { clock, chance, rest } = this.#world;
    const key = device.mint();
    for (let tries = 0; tries < 5; tries++) {
      const answered = await ask(rest, this.userId, method, path, { ...(body ? { body } : {}), key });
      if (!isPassing(answered)) return answered;
      await clock.wait(chance.spread(300, 30_000));
    }
    return undefined;
  }

  async #edit(device: Device, message: Message): Promise<void> {
    if (message.senderId !== this.userId) return;
    const { version, id } = message;
    const text = `edited ${device.mint()}`;
    const answered = await this.#insist(device, 'PATCH', `/messages/${id}`, { version, body: { type: 'text', text } });
    if (answered?.status === 200) this.#world.history.edited.push({ messageId: id, version, text });
  }

  async #mark(device: Device, conversationId: string, what: 'read' | 'delivered'): Promise<void> {
    const { chance, rest } = this.#world;
    const head = device.newest(conversationId, 1)[0]?.seq ?? 1;
    const seq = Math.max(1, head - chance.below(8) + (chance.is(0.1) ? chance.below(30) : 0));
    const membership = `${conversationId} ${this.#joined(conversationId)}`;
    const before = this.#read.get(membership) ?? 0;
    const answered = await ask(rest, this.userId, 'POST', `/conversations/${conversationId}/${what}`, {
      body: { seq },
    });
    if (answered?.status !== 200) return;
    const { readSeq, deliveredSeq } = answered.body as { readSeq: number; deliveredSeq: number };
    const fail = (reason: string): void =>
      this.#world.violate(new Violation('I5 watermarks', `${conversationId} ${this.userId}: ${reason}`));
    if (deliveredSeq < readSeq) fail(`read ${readSeq}, delivered ${deliveredSeq}`);
    if ((what === 'read' ? readSeq : deliveredSeq) < seq) fail(`asked for ${seq}, told ${readSeq} ${deliveredSeq}`);
    const same = membership === `${conversationId} ${this.#joined(conversationId)}`;
    if (same && readSeq < before) fail(`${before} was acknowledged before, ${readSeq} then`);
    if (same) this.#read.set(membership, Math.max(this.#read.get(membership) ?? 0, readSeq));
  }

  /** The number that let this person in; undefined while they are out. Whoever comes back begins anew. */
  #joined(conversationId: string): string | undefined {
    const { table, tenantId } = this.#world;
    const { pk, sk } = MemberEntity.key(scope(tenantId), { conversationId, userId: this.userId });
    const joined = table.peek(pk, sk)?.['joinedSeq'];
    return joined && 'N' in joined ? joined.N : undefined;
  }

  /** Reads a stretch of history, a few pages of it, or with `whole` all of it. */
  async page(conversationId: string, whole = false): Promise<Shown | undefined> {
    const { chance, rest, history } = this.#world;
    const shown: Shown = { conversationId, userId: this.userId, seqs: new Set() };
    const limit = whole ? 100 : 1 + chance.below(8);
    const order = whole || chance.is(0.5) ? 'oldest' : 'newest';
    let query = `limit=${limit}&order=${order}`;
    for (let pages = 0; whole || pages < 4; pages++) {
      const answered = await ask(rest, this.userId, 'GET', `/conversations/${conversationId}/messages?${query}`);
      if (whole && isPassing(answered)) continue;
      if (answered?.status !== 200) return undefined;
      const { items, nextCursor } = answered.body as { items: { seq: number }[]; nextCursor: string | null };
      for (const { seq } of items) shown.seqs.add(seq);
      if (nextCursor === null) break;
      query = `limit=${limit}&cursor=${encodeURIComponent(nextCursor)}`;
    }
    history.shown.push(shown);
    return shown;
  }
}
