import { join } from 'node:path';
import * as z from 'zod';
import { run } from '#local/command.ts';
import type { Stack } from '#local/instance.ts';
import { openWorld } from '../world.ts';

const PROGRAM = join(import.meta.dirname, '..', 'peers-handler.ts');
const Printed = z.object({ sockets: z.int(), cpuPerMessage: z.number() });

/** What the function that sends spends on a message to a room of so many members, every one with an open socket. */
export interface HandlerCpu {
  readonly members: number;
  readonly messages: number;
  /** Milliseconds of processor time. */
  readonly cpuPerMessage: number;
}

/**
 * Measures the sending function alone, in a process of its own: its table is the emulator's and its posts to sockets are
 * answered here, so neither's work is counted.
 */
export async function handlerCpu(stack: Stack, sizes: readonly number[], messages: number): Promise<HandlerCpu[]> {
  const world = await openWorld(stack.endpoint, stack.region);
  try {
    const results: HandlerCpu[] = [];
    for (const members of sizes) {
      const { code, output } = await run(process.execPath, [PROGRAM, String(members), String(messages)], {
        env: { ...process.env, AWS_ENDPOINT_URL: stack.endpoint },
      });
      const printed = output.slice(output.lastIndexOf('{"sockets"'));
      if (code !== 0) throw new Error(`${PROGRAM} ended with ${code}: ${output.slice(-2_000)}`);
      results.push({ members, messages, cpuPerMessage: Printed.parse(JSON.parse(printed)).cpuPerMessage });
    }
    return results;
  } finally {
    await world.close();
  }
}
