import { messageIdOf } from '#contract/ids.ts';
import type { MessageDocument } from '#domain/search/document.ts';
import type { IndexWrite } from '#indexing/write-documents.ts';
import type { Item } from '#table/entity.ts';
import { scope } from '#table/entity.ts';
import { HiddenEntity } from '#table/hidden.ts';
import { aConversationId, messageItem } from '../stream/records.ts';
import { headItem, memberItem } from './ground.ts';

/** Messages of a room, one a day. */
export const SAID = 12;
export const DAY = 86_400_000;
export const WORDS = ['loom', 'card', 'mill', 'gear', 'brass', 'punch', 'weave', 'shaft'];

export type Random = (below: number) => number;
export const pick = <T>(random: Random, of: readonly T[]): T => of[random(of.length)]!;

/** A message as the table holds it now. */
interface Said {
  readonly sender: string;
  readonly at: number;
  text: string;
  state: 'there' | 'deleted' | 'gone';
}

export interface Room {
  readonly tenantId: string;
  readonly id: string;
  readonly name: string;
  readonly since: boolean;
  readonly keep: number | undefined;
  firstSeq: number;
  readonly said: Map<number, Said>;
  /** Who is in it, from which number on they were, and what they have hidden. */
  readonly members: Map<string, { readonly joinedSeq: number; readonly hidden: Set<number> }>;
  /** Who is in it as far as the index of memberships knows: somebody who has left may be in it still. */
  readonly listed: Map<string, number>;
}

const text = (random: Random): string => Array.from({ length: 3 }, () => pick(random, WORDS)).join(' ');

/** A conversation in which some were from the start, and some came later. */
export function aRoom(random: Random, tenantId: string, users: readonly string[], now: number, name: string): Room {
  const said = new Map(
    Array.from({ length: SAID }, (_, index) => [
      index + 1,
      {
        sender: pick(random, users),
        at: now - (SAID - index) * DAY + DAY / 2,
        text: text(random),
        state: 'there' as const,
      },
    ]),
  );
  const members = new Map(
    users.flatMap((user) =>
      random(2) === 0 ? [[user, { joinedSeq: random(3) === 0 ? 1 : 1 + random(SAID), hidden: new Set<number>() }]] : [],
    ),
  );
  return {
    ...{ tenantId, id: aConversationId(), name, since: random(2) === 0, keep: random(3) === 0 ? 5 : undefined },
    ...{ firstSeq: 1, said, members },
    listed: new Map([...members].map(([user, { joinedSeq }]) => [user, joinedSeq])),
  };
}

export const headOf = ({ tenantId, id, name, since, keep, firstSeq }: Room): Item =>
  headItem(tenantId, id, {
    ...{ name, seq: SAID, firstSeq, lastAt: 1 },
    rules: { ...(since ? { since: true as const } : {}), ...(keep === undefined ? {} : { keep }) },
  });

export const memberOf = ({ tenantId, id, members }: Room, user: string): Item => {
  const { joinedSeq, hidden } = members.get(user)!;
  const numbers = [...hidden];
  const hid = numbers.length > 0 ? { first: Math.min(...numbers), last: Math.max(...numbers) } : undefined;
  return memberItem(tenantId, id, user, { joinedSeq, ...(hid && { hid }) });
};

export const hiddenOf = ({ tenantId, id }: Room, user: string, seq: number): Item =>
  HiddenEntity.toItem(scope(tenantId), { conversationId: id, userId: user, seq }, { a: 1 });

export const messageOf = ({ tenantId, id, said }: Room, seq: number): Item => {
  const { sender, at, text: written, state } = said.get(seq)!;
  return messageItem(
    { tenantId, conversationId: id, seq },
    { u: sender, a: at, b: state === 'deleted' ? { type: 'deleted' } : { type: 'text', text: written } },
  );
};

/** What the index holds, true or not. */
export type Indexed = Pick<MessageDocument, 'tenant' | 'conversation' | 'seq' | 'sender' | 'at' | 'storedAt'> & {
  readonly text: string;
};

export const writeOf = (document: Indexed, id: string): IndexWrite => ({
  ...{ id, tenant: document.tenant, conversation: document.conversation, version: 1 },
  document: {
    ...{ kind: 'message', type: 'text', has: [], mentions: [], edited: false, pinned: false, sum: 0 },
    ...document,
  },
});

export const documentsOf = (room: Room): Indexed[] =>
  [...room.said].map(([seq, { sender, at, text: written }]) => ({
    ...{ tenant: room.tenantId, conversation: room.id, seq, sender, at, storedAt: at, text: written },
  }));

/** Whether somebody may read a message at this moment: said again, without any of the code that is tested. */
export function mayRead(room: Room, user: string, seq: number, keptDays: number | undefined, now: number): boolean {
  const [member, message] = [room.members.get(user), room.said.get(seq)];
  if (!member || message?.state !== 'there' || seq < room.firstSeq || member.hidden.has(seq)) return false;
  if (room.since && seq < member.joinedSeq) return false;
  const days = Math.min(room.keep ?? keptDays ?? Number.POSITIVE_INFINITY);
  return now - message.at <= days * DAY;
}

/** Whether the index may count a document for somebody: by what is listed, not by what has just changed. */
export function mayCount(
  room: Room | undefined,
  user: string,
  document: Indexed,
  keptDays: number | undefined,
  now: number,
): boolean {
  const joinedSeq = room?.listed.get(user);
  if (!room || joinedSeq === undefined || document.tenant !== room.tenantId) return false;
  if (document.seq < Math.max(room.firstSeq, room.since ? joinedSeq : 1)) return false;
  return now - document.storedAt <= (room.keep ?? keptDays ?? Number.POSITIVE_INFINITY) * DAY;
}

export const idOf = ({ tenantId, id }: Room, seq: number): string => `${tenantId}/${messageIdOf(id, seq)}`;
