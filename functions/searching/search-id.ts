import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { signingKey } from '#gateways/signing-key.ts';
import type { Caller } from '#runtime/caller.ts';

/** Milliseconds for which clicks on the hits of a search are counted. */
const CLICKABLE_MS = 24 * 3_600_000;

/** Who searched. */
type Searcher = Pick<Caller, 'tenant' | 'userId'>;

/** A search whose hits may be clicked on. */
export interface Clickable {
  /** Names the search in its tenant. */
  readonly token: string;
  /** When it was made, and until when clicks on its hits are counted (ms). */
  readonly at: number;
  readonly until: number;
}

const macOf = (key: Buffer, { tenant, userId }: Searcher, payload: string): Buffer =>
  createHmac('sha256', key).update(`search\n${tenant}\n${userId}\n${payload}`).digest().subarray(0, 16);

/** A name for a search made at `at` (ms), good for who made it and for a day. */
export async function searchIdOf(searcher: Searcher, at: number): Promise<string> {
  const payload = `${at.toString(36)}_${randomBytes(12).toString('base64url')}`;
  return `${payload}.${macOf(await signingKey('search'), searcher, payload).toString('base64url')}`;
}

/** The search of an id that `searchIdOf` made for the same user; undefined for any other, and for one of more than a day before `now` (ms). */
export async function readSearchId(searcher: Searcher, searchId: string, now: number): Promise<Clickable | undefined> {
  const [payload = '', mac = '', ...rest] = searchId.split('.');
  const expected = macOf(await signingKey('search'), searcher, payload).toString('base64url');
  if (rest.length > 0 || mac.length !== expected.length || !timingSafeEqual(Buffer.from(mac), Buffer.from(expected)))
    return undefined;
  const at = Number.parseInt(payload, 36);
  const until = at + CLICKABLE_MS;
  return now < until ? { token: payload, at, until } : undefined;
}
