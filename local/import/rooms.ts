import { createHash } from 'node:crypto';
import { MEMBER_CAP } from '#contract/conversations.ts';
import { MAX_IMPORT_PARTICIPANTS, type startImport } from '#contract/imports.ts';
import type { Input } from '#contract/route.ts';
import { Problem } from '../problem.ts';
import type { RoomMessage } from './batches.ts';
import type { ChatFile } from './chat-file.ts';
import { threaded } from './threads.ts';
import { userIdsOf } from './user-ids.ts';

/** A room of the file: one import into one conversation. */
export interface Room {
  readonly start: Input<typeof startImport>;
  /** Who did not fit into the call that starts the import. */
  readonly laterParticipants: readonly string[];
  readonly messages: readonly RoomMessage[];
}

/** The rooms of a file, each with its participants and messages in the file's order. */
export function roomsOf({ digest, lines, participants: present }: ChatFile): Room[] {
  const reactors = lines.flatMap(({ reactions = [] }) => reactions.flatMap(({ authors }) => authors));
  const userIds = userIdsOf([
    ...lines.map(({ author }) => author),
    ...present.map(({ participant }) => participant),
    ...reactors,
  ]);
  const roles = Map.groupBy(present, ({ room }) => room);
  return [...Map.groupBy(lines, ({ room }) => room)].map(([name, of]) => {
    const links = threaded(of);
    const messages = of.map(({ author, text, at, reactions }, index) => ({
      senderId: userIds.get(author)!,
      text,
      sentAt: new Date(at).toISOString(),
      ...(reactions && {
        reactions: reactions.map(({ emoji, authors }) => ({
          emoji,
          userIds: authors.map((name) => userIds.get(name)!),
        })),
      }),
      ...links[index],
    }));
    const roleOf = new Map((roles.get(name) ?? []).map(({ participant, role }) => [userIds.get(participant)!, role]));
    const withRole = [...roleOf].filter(([, role]) => role !== 'member');
    if (withRole.length > MAX_IMPORT_PARTICIPANTS)
      throw new Problem(
        `${name} has ${withRole.length} admins and guests; at most ${MAX_IMPORT_PARTICIPANTS} can be brought in.`,
      );
    // Who has a role of their own comes first: only the call that starts an import gives roles.
    const participants = new Set([
      ...withRole.map(([userId]) => userId),
      ...roleOf.keys(),
      ...messages.flatMap(({ senderId, reactions = [] }) => [senderId, ...reactions.flatMap(({ userIds: by }) => by)]),
    ]);
    const guests = withRole.some(([, role]) => role === 'guest');
    // Whoever imports becomes the owner and may be one more.
    const type = !guests && participants.size < MEMBER_CAP.group ? 'group' : 'channel';
    const named = [...participants].map((userId) => {
      const role = roleOf.get(userId) ?? 'member';
      return role === 'member' ? userId : { userId, role };
    });
    return {
      start: {
        importId: importIdOf(digest, name),
        conversation: { type, name, participants: named.slice(0, MAX_IMPORT_PARTICIPANTS) },
      },
      laterParticipants: [...participants].slice(MAX_IMPORT_PARTICIPANTS),
      messages,
    };
  });
}

/** The import of one room of one file: the same file is the same import, for ever. */
const importIdOf = (digest: string, room: string): string =>
  `imp_${createHash('sha256').update(`${digest}\n${room}`).digest('base64url')}`;
