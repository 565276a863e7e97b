import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import * as z from 'zod';
import { itemsOf, MAX_BATCH } from '#contract/imports.ts';
import { MAX_TEXT } from '#contract/message-bodies.ts';
import { Emoji, MOST_EMOJIS } from '#contract/reactions.ts';
import { Problem } from '../problem.ts';

const unzip = promisify(gunzip);

/** The two bytes every gzip file begins with (RFC 1952, 2.3.1). */
const GZIP = Buffer.from([0x1f, 0x8b]);
const NEWLINE = 0x0a;

const wellFormed = (text: string): boolean => text.isWellFormed();
const HALF = { error: 'holds half of a character (a lone surrogate)' };

const Room = z.string().trim().min(1).max(100).refine(wellFormed, HALF);
const Name = z.string().trim().min(1).max(200).refine(wellFormed, HALF);

const LineId = z.string().min(1).max(200).refine(wellFormed, HALF);

const MessageLine = z.strictObject({
  room: Room,
  /** By which later messages of the room name this one. */
  id: LineId.optional(),
  /** The id of the message in whose thread this is a reply. */
  thread: LineId.optional(),
  /** The id of the message it quotes. */
  replyTo: LineId.optional(),
  at: z.iso.datetime({ offset: true }),
  author: Name,
  text: z
    .string()
    .min(1, 'is empty')
    .max(MAX_TEXT, `is longer than the ${MAX_TEXT.toLocaleString('en')} characters a message may have`)
    .refine(wellFormed, HALF),
  reactions: z
    .array(z.strictObject({ emoji: Emoji, authors: z.array(Name).min(1) }))
    .max(MOST_EMOJIS)
    .optional(),
});

/** Somebody who was in a room, whether they wrote or not, and as what. */
const ParticipantLine = z.strictObject({
  room: Room,
  participant: Name,
  role: z.enum(['admin', 'member', 'guest']).default('member'),
});

/** One message of the file. */
type MessageLine = z.output<typeof MessageLine>;
type ParticipantLine = z.output<typeof ParticipantLine>;

/** A chat file, read and checked. */
export interface ChatFile {
  /** SHA-256 of the text, unpacked: the same chat is the same import however it was compressed. */
  readonly digest: string;
  readonly lines: readonly MessageLine[];
  readonly participants: readonly ParticipantLine[];
}

function parseLine(bytes: Uint8Array, number: number): MessageLine | ParticipantLine {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Problem(`Line ${number} is not UTF-8 JSON (${(error as Error).message}); nothing was sent.`);
  }
  const isParticipant = typeof value === 'object' && value !== null && 'participant' in value;
  const parsed = (isParticipant ? ParticipantLine : MessageLine).safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the line'}: ${message}`);
  throw new Problem(`Line ${number} is no message and no participant (${issues.join('; ')}); nothing was sent.`);
}

/** The most reactions that a message may be brought in with. */
const mostReactions = (thread: string | undefined): number => MAX_BATCH - itemsOf({ parent: thread });

/** Why a message cannot be brought in beside the others of the file; `ids` are those of the messages before it. */
function faultOf(
  { room, id, thread, replyTo, reactions = [] }: MessageLine,
  ids: ReadonlySet<string>,
): string | undefined {
  if (reactions.reduce((sum, { authors }) => sum + authors.length, 0) > mostReactions(thread))
    return `reactions: are more than the ${mostReactions(thread)} it may be brought in with`;
  if (id !== undefined && ids.has(inRoom(room, id))) return `id: an earlier message of the room has "${id}" already`;
  const unknown = Object.entries({ thread, replyTo }).find(
    ([, one]) => one !== undefined && !ids.has(inRoom(room, one)),
  );
  return unknown && `${unknown[0]}: no earlier message of the room has the id "${unknown[1]}"`;
}

/** An id within its room. */
export const inRoom = (room: string, id: string): string => `${room}\n${id}`;

/** Parses a chat file's bytes, packed or not. Raises a `Problem` that names the first line that is neither message nor participant. */
export async function parseChatFile(bytes: Buffer): Promise<ChatFile> {
  const text = bytes.subarray(0, GZIP.length).equals(GZIP) ? await unzip(bytes) : bytes;
  const lines: MessageLine[] = [];
  const participants: ParticipantLine[] = [];
  const ids = new Set<string>();
  // Line by line from the bytes: a large file is longer than the longest string.
  for (let from = 0, number = 1; from < text.length; number++) {
    const end = text.indexOf(NEWLINE, from);
    const line = text.subarray(from, end < 0 ? text.length : end);
    if (line.toString('latin1').trim() !== '') {
      const parsed = parseLine(line, number);
      if ('participant' in parsed) participants.push(parsed);
      else {
        const fault = faultOf(parsed, ids);
        if (fault) throw new Problem(`Line ${number} does not fit (${fault}); nothing was sent.`);
        if (parsed.id !== undefined) ids.add(inRoom(parsed.room, parsed.id));
        lines.push(parsed);
      }
    }
    from = end < 0 ? text.length : end + 1;
  }
  return { digest: createHash('sha256').update(text).digest('base64url'), lines, participants };
}

/**
 * Reads a `.jsonl` or `.jsonl.gz` file of messages `{room, at, author, text, reactions?: [{emoji, authors}], id?, thread?, replyTo?}`
 * (`thread` and `replyTo`: ids of earlier messages of the room) and, if there are any, participants `{room, participant, role?}`.
 * Raises a `Problem` when it cannot.
 */
export async function readChatFile(path: string): Promise<ChatFile> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new Problem(`${path} cannot be read (${(error as Error).message}).`);
  }
  return parseChatFile(bytes);
}
