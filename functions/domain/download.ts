import type * as z from 'zod';
import type { MediaKind, RenditionName } from '#contract/media.ts';
import { displayName } from './media.ts';

type Name = z.output<typeof RenditionName>;

/** Seconds that an address of a picture or a file works. */
export const ADDRESS_SECONDS = 300;
/** Seconds that any address works at most: six hours. */
export const MOST_SECONDS = 6 * 3_600;

/** What is shown of each kind when nobody says; the first that there is. */
const SHOWN: Readonly<Record<MediaKind, readonly Name[]>> = {
  image: ['display', 'original'],
  video: ['video', 'poster', 'original'],
  audio: ['audio', 'original'],
  file: ['original'],
};

/** The rendition that is meant by an address of a media of this kind; undefined when it has none of those. */
export const renditionMeant = <R extends { readonly name: Name }>(kind: MediaKind, made: readonly R[]): R | undefined =>
  SHOWN[kind].flatMap((name) => made.filter((rendition) => rendition.name === name))[0];

/**
 * Seconds that an address of a rendition works: what plays, long enough to be watched with pauses (one and a half times
 * as long as it lasts, and ten minutes).
 */
export const secondsOf = (name: Name, durationMs: number | undefined): number =>
  name === 'video' || name === 'audio'
    ? Math.min(MOST_SECONDS, Math.ceil(((durationMs ?? 0) * 1.5) / 1_000) + 600)
    : ADDRESS_SECONDS;

/**
 * Whether an address that works until `until` is given again at `at` (both ms) instead of another one: as long as a fifth of
 * its time is left.
 */
export const isStillGood = (until: number, seconds: number, at: number): boolean => until - at >= seconds * 200;

/** How a rendition is answered. */
export interface Answered {
  readonly contentType: string;
  readonly disposition: string;
}

/** Octets of RFC 8187, 3.2.1 that stand for themselves and `encodeURIComponent` leaves so, but for these. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * `Content-Disposition` of something to be saved under a name (RFC 6266): plain for old clients, exact for all others
 * (RFC 8187). A name can break out of neither: what is not a letter, a digit or harmless is replaced or encoded.
 */
export function attachmentAs(fileName: string): string {
  const name = displayName(fileName).toWellFormed();
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[^A-Za-z0-9 ._()+@=,-]/gu, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${escaped(name)}`;
}

/**
 * How a rendition is answered. What was encoded here is shown in place, under the type that it was given here; the bytes
 * that somebody uploaded are only ever saved, under no type that a browser would open.
 */
export const answeredAs = (
  rendition: { readonly name: Name; readonly contentType: string },
  fileName: string,
): Answered =>
  rendition.name === 'original'
    ? { contentType: 'application/octet-stream', disposition: attachmentAs(fileName) }
    : { contentType: rendition.contentType, disposition: 'inline' };
