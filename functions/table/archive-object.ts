import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { getObject, putObject, removeObject } from '#aws/objects.ts';
import { ENV } from '#contract/environment.ts';
import { StoredMessage } from './message.ts';

/** One line of a part: a message with its number. */
const Line = z.object({ seq: z.number(), message: StoredMessage });
export type Line = z.output<typeof Line>;

/** What a part's object must hold: messages, and the SHA-256 (hex) of its lines. */
export interface Sum {
  readonly count: number;
  readonly sha256: string;
}

const place = (key: string) => {
  const bucket = process.env[ENV.archiveBucket];
  if (!bucket) throw new Error(`${ENV.archiveBucket} is not set: the function was deployed without its bucket`);
  return { bucket, key };
};

/** The object is not what was written: nothing may be answered or removed by it. */
export class Corrupt extends Error {
  override readonly name = 'Corrupt';
}

/** Reads a part's object. Raises `Corrupt` when it does not hold what it should. */
async function readPart(key: string, { count, sha256 }: Sum): Promise<Line[]> {
  let text: Buffer;
  try {
    text = gunzipSync(await getObject(place(key)));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_'))
      throw new Corrupt(`${key} is no gzip`, { cause });
    throw cause;
  }
  if (createHash('sha256').update(text).digest('hex') !== sha256) throw new Corrupt(`${key} has another SHA-256`);
  const lines = text.toString().split('\n').slice(0, -1);
  if (lines.length !== count) throw new Corrupt(`${key} has ${lines.length} messages instead of ${count}`);
  return lines.map((line) => Line.parse(JSON.parse(line)));
}

/** Writes a part's object, JSON lines in gzip, and reads it back. The same lines are the same object. Raises `Corrupt`. */
export async function writePart(key: string, lines: readonly Line[]): Promise<Sum> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const sum = { count: lines.length, sha256: createHash('sha256').update(text).digest('hex') };
  await putObject(place(key), gzipSync(text));
  await readPart(key, sum);
  return sum;
}

/** Removes a part's object. */
export const removePart = (key: string): Promise<void> => removeObject(place(key));

/** Parts that a function remembers: an object never changes. The oldest go first. */
const MOST = 16;
const remembered = new Map<string, Promise<ReadonlyMap<number, StoredMessage>>>();

/** The messages of a part by number. Raises `Corrupt`. */
export function messagesIn(key: string, sum: Sum): Promise<ReadonlyMap<number, StoredMessage>> {
  const name = `${process.env[ENV.archiveBucket]}\n${key}\n${sum.sha256}`;
  const known = remembered.get(name);
  if (known) return known;
  const read = readPart(key, sum).then((lines) => new Map(lines.map(({ seq, message }) => [seq, message])));
  remembered.set(name, read);
  if (remembered.size > MOST) remembered.delete(remembered.keys().next().value!);
  // What could not be read is asked for again by the next.
  read.catch(() => remembered.delete(name));
  return read;
}
