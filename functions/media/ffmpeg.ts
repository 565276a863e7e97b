import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type Container, DECODER_NAMES, MAX_FRAME_PIXELS } from '#domain/recording.ts';
import type { Edge } from '#table/media.ts';

/** Why a file made ffmpeg fail. */
export type Failure = Extract<NonNullable<Edge['reason']>, 'unreadable' | 'timed_out' | 'codec_unsupported'>;

/** Kilobytes of address space: the program itself takes 200 MB, decoding 4K about 700. More is a file's bad will. */
const MEMORY_KB = 2 * 1_024 * 1_024;
/** Of what it prints the end is kept, for the log. */
const SAID_CHARS = 2_000;

/**
 * Exit codes that are not about the file: no such program (127, 126 not executable), and the low bytes of -EIO, -EMFILE and
 * -ENOSPC.
 */
const OUTAGES: readonly (number | null)[] = [126, 127, 251, 232, 228];
/** Low byte of AVERROR_DECODER_NOT_FOUND (libavutil/error.h). */
const DECODER_NOT_FOUND = 8;
const CRASHES: readonly (NodeJS.Signals | null)[] = ['SIGSEGV', 'SIGABRT', 'SIGFPE', 'SIGILL', 'SIGBUS', 'SIGXFSZ'];

/**
 * The arguments that open an untrusted file: as this container whatever it says of itself, from local files and nothing
 * else, with decoders of the list, of frames that fit into memory.
 */
export const input = (path: string, container: Container): string[] => [
  ...['-protocol_whitelist', 'file', '-format_whitelist', container === 'mov' ? 'mov,mp4,m4a,3gp,3g2,mj2' : container],
  ...['-codec_whitelist', DECODER_NAMES.join(','), '-max_pixels', String(MAX_FRAME_PIXELS), '-max_streams', '64'],
  ...['-threads', '2', '-f', container, '-i', `file:${path}`],
];

interface Run {
  /** Wall clock; then it is killed. */
  readonly seconds: number;
  /** Takes what it writes to its standard output, as it comes. */
  readonly read?: (output: Readable) => Promise<void>;
}

/** How a run that says nothing of an outage ended. */
interface Ended {
  readonly failure: Failure | undefined;
  /** The end of what it printed. */
  readonly said: string;
}

/**
 * Runs ffmpeg on an untrusted file, with a bound on its time and its memory and without the function's environment: it
 * could tell nobody a credential. Throws when there is an outage (no space, no program, killed from outside): try again.
 */
export async function ffmpeg(args: readonly string[], { seconds, read }: Run): Promise<Ended> {
  const child = spawn(
    '/bin/sh',
    [
      ...['-c', 'ulimit -c 0; ulimit -v "$0" && exec ffmpeg "$@"', String(MEMORY_KB)],
      ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-y', '-max_alloc', String(256 * 1_024 * 1_024), ...args],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } },
  );
  let late = false;
  const clock = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, seconds * 1_000);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-SAID_CHARS);
  });
  if (!read) child.stdout.resume();
  try {
    const [{ code, signal }] = await Promise.all([
      new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code, signal) => resolve({ code, signal }));
      }),
      read?.(child.stdout),
    ]);
    if (late) return { failure: 'timed_out', said };
    if (OUTAGES.includes(code) || (signal && !CRASHES.includes(signal)))
      throw new Error(`ffmpeg ended with ${signal ?? code}: ${said}`);
    if (code === DECODER_NOT_FOUND) return { failure: 'codec_unsupported', said };
    return { failure: code === 0 ? undefined : 'unreadable', said };
  } finally {
    clearTimeout(clock);
    child.kill('SIGKILL');
  }
}
