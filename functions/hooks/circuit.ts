/** Attempts in a row without an answer after which a host is left alone, and for how long (ms). */
const [TRIES, REST_MS] = [3, 30_000];

/** Hosts remembered; the oldest go first. */
const MOST = 1_000;

const silent = new Map<string, { readonly times: number; readonly until: number }>();

/** Whether a webhook's host has just let several attempts wait in vain: then the next is not even made, so that others need not wait. */
export const isResting = (webhookId: string, at: number): boolean => {
  const known = silent.get(webhookId);
  return known !== undefined && known.times >= TRIES && at < known.until;
};

/** Remembers whether a webhook's host answered at all, at `at` (ms). What it answered makes no difference. */
export function noteAnswer(webhookId: string, answered: boolean, at: number): void {
  const times = answered ? 0 : (silent.get(webhookId)?.times ?? 0) + 1;
  silent.delete(webhookId);
  if (times === 0) return;
  silent.set(webhookId, { times, until: at + REST_MS });
  if (silent.size > MOST) silent.delete(silent.keys().next().value!);
}
