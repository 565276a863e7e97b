import { createHash } from 'node:crypto';
import { MEMBER_CAP } from '#contract/conversations.ts';
import { type importBatch, MAX_BATCH, MAX_IMPORT_PARTICIPANTS, type startImport } from '#contract/imports.ts';
import type { Input } from '#contract/route.ts';
import { MAX_BODY_BYTES } from '#runtime/json.ts';
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
export function roomsOf({ digest, lines }: ChatFile): Room[] {
  const userIds = userIdsOf(lines.map(({ author }) => author));
  return [...Map.groupBy(lines, ({ room }) => room)].map(([name, of]) => {
    const messages = of.map(({ author, text, at }) => ({
      senderId: userIds.get(author)!,
      text,
      sentAt: new Date(at).toISOString(),
    }));
    const participants = [...new Set(messages.map(({ senderId }) => senderId))];
    // Whoever imports becomes the owner and may be one more.
    const type = participants.length < MEMBER_CAP.group ? 'group' : 'channel';
    return {
      start: {
        importId: importIdOf(digest, name),
        conversation: { type, name, participants: participants.slice(0, MAX_IMPORT_PARTICIPANTS) },
      },
      laterParticipants: participants.slice(MAX_IMPORT_PARTICIPANTS),
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
  for (let index = stored; index < messages.length; index++) {
    const message = messages[index]!;
    const size = Buffer.byteLength(JSON.stringify(message)) + 1;
    if (batch.length === MAX_BATCH || bytes + size > MAX_BODY_BYTES) {
      yield batch;
      batch = [];
      bytes = ENVELOPE_BYTES;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
