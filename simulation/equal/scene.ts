import type { Room } from '#client/state.ts';
import type { Chance } from '../engine/chance.ts';
import type { Device } from './device.ts';
import type { Ground } from './ground.ts';

export type Message = Room['messages'][number];

/** What exists in a sequence, for actions to choose from. */
export class Scene {
  readonly ground: Ground;
  readonly devices: readonly Device[];
  /** The tenant's moderator, who is in no conversation. */
  readonly moderator: Device;
  readonly userIds: readonly string[];
  readonly conversations: string[] = [];
  readonly scheduled: string[] = [];
  readonly media: string[] = [];
  /** Tokens of links to conversations. */
  readonly links: string[] = [];
  /** Users who turned their read receipts off or on: others see it when they open a conversation again. */
  readonly receiptsTurned = new Set<string>();
  #words = 0;

  constructor(ground: Ground, devices: readonly Device[], moderator: Device) {
    this.ground = ground;
    this.devices = devices;
    this.moderator = moderator;
    this.userIds = [...new Set(devices.map(({ userId }) => userId))];
  }

  /** Words that nobody said before. */
  words(dice: Chance): string {
    this.#words++;
    return `${this.#words} ${'äö🙂 said '.repeat(dice.below(6))}`;
  }
}

/** One action: by whom, where, and by what chance. */
export class Turn {
  readonly scene: Scene;
  readonly by: Device;
  readonly dice: Chance;

  constructor(scene: Scene, by: Device, dice: Chance) {
    this.scene = scene;
    this.by = by;
    this.dice = dice;
  }

  get call(): Device['client']['call'] {
    return this.by.client.call;
  }

  /** One of some; nothing is to be done where there is none. */
  one<T>(of: readonly T[]): T {
    if (of.length === 0) throw new Nothing();
    return this.dice.one(of);
  }

  /** A conversation: mostly one that this device knows. */
  room(): string {
    const known = Object.keys(this.by.client.state.conversations);
    if (this.by.wanted.size > 0 && this.dice.is(0.5)) return this.one([...this.by.wanted]);
    return this.one(known.length > 0 && this.dice.is(0.9) ? known : this.scene.conversations);
  }

  /** Messages that this device shows, of one conversation or all. */
  messages(conversationId?: string): Message[] {
    const { rooms } = this.by.client.state;
    return Object.entries(rooms).flatMap(([id, room]) =>
      conversationId === undefined || id === conversationId ? [...room.messages] : [],
    );
  }

  /** A message, of the last ones more often. `fits` narrows. */
  message(fits: (message: Message) => boolean = () => true): Message {
    const all = this.messages().filter((message) => message.body.type !== 'system' && fits(message));
    const last = all.slice(-6);
    return this.one(this.dice.is(0.6) ? last : all);
  }

  mine(fits: (message: Message) => boolean = () => true): Message {
    return this.message((message) => message.senderId === this.by.userId && fits(message));
  }

  someone(): string {
    return this.one(this.scene.userIds);
  }

  another(): string {
    return this.one(this.scene.userIds.filter((userId) => userId !== this.by.userId));
  }

  words(): string {
    return this.scene.words(this.dice);
  }
}

/** There is nothing to act on. */
export class Nothing extends Error {
  override readonly name = 'Nothing';
}

/** What somebody may do. */
export type Act = (turn: Turn) => Promise<unknown>;
