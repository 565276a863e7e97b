import { MAX_CONNECTION_HOURS } from '#contract/realtime.ts';

const MINUTE = 60_000;
/** The last minutes of a socket's two hours, in the first part of which (by chance) the next one is opened. */
const BEFORE_THE_END = 15 * MINUTE;
const JITTER = 10 * MINUTE;
/** What a client needs at least to get another token and to open the next socket. */
const BEFORE_THE_TOKEN = MINUTE;

/**
 * By when (ms) the client of a socket opens the next one: 105 to 115 minutes after this one opened, so that those that
 * opened together do not come back together, and a minute or two before the token expires that it was opened with. With a
 * token that short-lived that this is no time, half of what was left of it. `random` lies in [0, 1); the same one gives the
 * same moment.
 */
export function reconnectAt(openedAt: number, tokenExpiresAt: number | undefined, random: number): number {
  const planned = openedAt + MAX_CONNECTION_HOURS * 60 * MINUTE - BEFORE_THE_END + random * JITTER;
  if (tokenExpiresAt === undefined) return Math.floor(planned);
  const left = tokenExpiresAt - openedAt;
  const early = BEFORE_THE_TOKEN * (1 + random);
  return Math.floor(Math.min(planned, Math.max(openedAt + left / 2, tokenExpiresAt - early)));
}
