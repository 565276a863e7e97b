import type { getReadiness } from '#contract/health.ts';
import type { Output } from '#contract/route.ts';
import type { Check, Part } from '#gateways/vitals.ts';
import { log } from '#runtime/log.ts';

type Readiness = Output<typeof getReadiness>;

/** Milliseconds a part has to answer. */
const PATIENCE = 2_000;

const giveUp = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

async function inspectPart(name: Part, check: Check, patience: number): Promise<Readiness['parts'][number]> {
  const started = performance.now();
  const signal = AbortSignal.timeout(patience);
  const latency = () => Math.round(performance.now() - started);
  try {
    // Raced too: not everything that may hang listens to the signal.
    await Promise.race([check(signal), giveUp(signal)]);
    return { name, status: 'ok', latencyMs: latency(), detail: null };
  } catch (error) {
    log.error('health.part_failed', error, { part: name });
    // The name only: what AWS writes in messages (accounts, roles) stays in the log.
    return { name, status: 'failed', latencyMs: latency(), detail: error instanceof Error ? error.name : 'unknown' };
  }
}

/** Asks all parts at once, each with its own patience (ms). Never raises: a part that fails is told as failed. */
export async function inspect(
  checks: readonly (readonly [Part, Check])[],
  patience: number = PATIENCE,
): Promise<Readiness> {
  const parts = await Promise.all(checks.map(([name, check]) => inspectPart(name, check, patience)));
  return { status: parts.every(({ status }) => status === 'ok') ? 'ok' : 'degraded', parts };
}
