import type { PublishedEvent } from '#contract/published-events.ts';

const DAY_MS = 86_400_000;

/** Seconds between one attempt and the next; after the last one nothing more is tried. A day, all in all. */
export const RETRY_SECONDS = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800] as const;

/** Share by which a pause is longer or shorter than it is said, at most: what failed together is not tried together. */
const JITTER = 0.2;

/**
 * Seconds from failed attempt number `attempt` (from 1) to the next; undefined when that was the last. `random` lies in
 * [0, 1).
 */
export function pauseAfter(attempt: number, random: number): number | undefined {
  const seconds = RETRY_SECONDS[attempt - 1];
  return seconds === undefined ? undefined : Math.max(1, Math.round(seconds * (1 + JITTER * (2 * random - 1))));
}

/** What an attempt came to: taken, not taken, or the host said that there will never be anything there (410). */
export type Outcome = 'taken' | 'refused' | 'gone';

/** What is to be noted of a webhook after an attempt. */
export type Health = 'same' | 'well' | 'failing' | { readonly disable: 'failing' | 'gone' };

/** How a webhook that has taken nothing since `failingSince` (ms) stands after an attempt at `at` (ms). */
export function healthAfter(failingSince: number | undefined, outcome: Outcome, at: number): Health {
  if (outcome === 'gone') return { disable: 'gone' };
  if (outcome === 'taken') return failingSince === undefined ? 'same' : 'well';
  if (failingSince === undefined) return 'failing';
  return at - failingSince >= DAY_MS ? { disable: 'failing' } : 'same';
}

const named = ({ hostname }: URL): string => hostname.replace(/\.$/, '');

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Endings of names that no public host has: https://www.iana.org/assignments/special-use-domain-names, and a suffix kept for private use. */
const PRIVATE_ENDINGS = ['localhost', 'local', 'internal', 'home.arpa', 'invalid', 'test', 'onion', 'alt', 'example'];

const isPrivateName = (name: string): boolean =>
  !name.includes('.') || PRIVATE_ENDINGS.some((ending) => name === ending || name.endsWith(`.${ending}`));

/** A parsed host that is an address: the parser has written every spelling of one as four decimal numbers or in brackets. */
const isAddress = (name: string): boolean => name.startsWith('[') || /^[0-9]+(?:\.[0-9]+){3}$/.test(name);

/**
 * Why a webhook may not lead there; undefined when it may. Hosts are named, not numbered, and reached by HTTPS on its own
 * port. `loopback`: on a laptop this machine itself may be meant, over HTTP and on any port. What the name stands for is
 * looked at when it is posted to.
 */
export function refusalOfUrl(url: string, { loopback }: { readonly loopback: boolean }): string | undefined {
  if (!URL.canParse(url)) return 'not a URL';
  const parsed = new URL(url);
  const name = named(parsed);
  if (parsed.username !== '' || parsed.password !== '') return 'it holds credentials';
  if (loopback && parsed.protocol === 'http:' && LOOPBACK.has(name)) return undefined;
  if (parsed.protocol !== 'https:') return 'it is not HTTPS';
  if (parsed.port !== '') return 'it names a port';
  if (isAddress(name)) return 'it names an address instead of a host';
  return isPrivateName(name) ? 'the host is not public' : undefined;
}

/**
 * What makes an event the event that it is: the same for every repetition, and for no other of its tenant. Where the event
 * came about (a batch, a clock) is no part of it.
 */
export function identityOf({ type, detail }: PublishedEvent): readonly (string | number)[] {
  switch (type) {
    case 'message.created':
      return [type, detail.messageId];
    case 'message.updated':
    case 'message.deleted':
      return [type, detail.messageId, detail.version];
    case 'conversation.created':
      return [type, detail.conversationId, detail.at];
    case 'participant.added':
    case 'participant.removed':
      return [type, detail.conversationId, detail.userId, detail.joinedSeq];
    case 'media.updated':
      return [type, detail.mediaId, detail.version];
    case 'notification.due':
      return [type, detail.messageId, detail.part];
  }
}

/** Milliseconds by which the clocks of two functions, and how long they take to write, may differ. */
const SKEW_MS = 10_000;

/**
 * Where (ms) a replay after something begins that was entered at `at`: earlier, because what was entered by another function
 * may lie before it and have been told after it. The same ids tell what is known already.
 */
export const replayStart = (at: number): number => Math.max(0, at - SKEW_MS);
