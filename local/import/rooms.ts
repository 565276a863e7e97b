import { createHash } from 'node:crypto';
import { MEMBER_CAP } from '#contract/conversations.ts';
import { type importBatch, itemsOf, MAX_BATCH, MAX_IMPORT_PARTICIPANTS, type startImport } from '#contract/imports.ts';
import type { Input } from '#contract/route.ts';
import { MAX_BODY_BYTES } from '#runtime/json.ts';
import { Problem } from '../problem.ts';
import type { ChatFile } from './chat-file.ts';
import { userIdsOf } from './user-ids.ts';

/** A message as the API takes it. */
export type ImportedMessage = Input<typeof importBatch>['messages'][number];

/** A room of the file: one import into one conversation. */
export interface Room {
  readonly start: Input<typeof startImport>;
  /** Who did not fit into the call that starts the import. */
  readonly laterParticipants: readonly string[];
  readonly messages: readonly ImportedMessage[];
}

/** What a batch's body has around its messages, with room to spare. */
const ENVELOPE_BYTES = 256;

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
    const messages = of.map(({ author, text, at, reactions }) => ({
      senderId: userIds.get(author)!,
      text,
      sentAt: new Date(at).toISOString(),
      ...(reactions && {
        reactions: reactions.map(({ emoji, authors }) => ({
          emoji,
          userIds: authors.map((name) => userIds.get(name)!),
        })),
      }),
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

/**
 * The messages from `stored` on, cut into batches: as many as a batch may have and a body may carry. Where the cuts lie
 * does not matter to the server: what it has stored is counted in messages.
 */
export function* batchesOf(messages: readonly ImportedMessage[], stored: number): Generator<ImportedMessage[]> {
  let batch: ImportedMessage[] = [];
  let bytes = ENVELOPE_BYTES;
  let items = 0;
  for (let index = stored; index < messages.length; index++) {
    const message = messages[index]!;
    const size = Buffer.byteLength(JSON.stringify(message)) + 1;
    if (items + itemsOf(message) > MAX_BATCH || bytes + size > MAX_BODY_BYTES) {
      yield batch;
      batch = [];
      bytes = ENVELOPE_BYTES;
      items = 0;
    }
    batch.push(message);
    bytes += size;
    items += itemsOf(message);
  }
  if (batch.length > 0) yield batch;
}
