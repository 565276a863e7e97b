import { LIMITS, type Sequencer } from '#domain/sequence.ts';
import { keyOfClientId } from '#table/log/client-id-key.ts';
import { someClientId } from './conversations.ts';

/** What a head remembers of messages at these times (ms), in the two generations that it keeps. */
export function headAfter(times: readonly number[]): Pick<Sequencer, 'recent' | 'older'> {
  const keys = times.map((time) => keyOfClientId('ada', someClientId(time)));
  const kept = keys.length % LIMITS.generation || Math.min(keys.length, LIMITS.generation);
  const generation = (from: number, to: number) =>
    Object.fromEntries(keys.slice(Math.max(0, from), Math.max(0, to)).map((key, index) => [key, index + 1]));
  const end = keys.length;
  return { recent: generation(end - kept, end), older: generation(end - kept - LIMITS.generation, end - kept) };
}
