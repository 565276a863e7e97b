import * as z from 'zod';
import { Stack } from '#local/instance.ts';

/** The servers that can be compared. */
export const Kind = z.enum(['parley', 'synapse', 'prosody']);
export type Kind = z.output<typeof Kind>;

/** A program of a peer, with all processes it started. */
export const Part = z.object({ name: z.string(), pid: z.int() });
export type Part = z.output<typeof Part>;

const common = { version: z.string(), parts: z.array(Part) };

/** A server that runs, with what its adapter needs to talk to it. */
export const RunningPeer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('parley'), ...common, stack: Stack, directory: z.string() }),
  z.object({ kind: z.literal('synapse'), ...common, url: z.url(), secret: z.string() }),
  z.object({ kind: z.literal('prosody'), ...common, url: z.string(), host: z.string(), rooms: z.string() }),
]);
export type RunningPeer = z.output<typeof RunningPeer>;

/** What was brought up to be compared, and what could not be, with the reason. */
export const RunningPeers = z.object({
  peers: z.array(RunningPeer),
  missing: z.array(z.object({ kind: Kind, why: z.string() })),
});
export type RunningPeers = z.output<typeof RunningPeers>;
