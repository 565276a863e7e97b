import * as z from 'zod';
import { route } from './route.ts';

export const getHealth = route({
  method: 'GET',
  path: '/health',
  summary: 'Is the service alive, and which version is it',
  permission: 'health:read',
  uses: [],
  input: z.strictObject({}),
  output: z.strictObject({ status: z.literal('ok'), version: z.string() }),
  refuses: [],
  status: 200,
});

/** What a deployment stands on; a stage without search has no `search`. */
export const PARTS = ['table', 'stragglers', 'search', 'quarantine', 'clean'] as const;

export const getReadiness = route({
  method: 'GET',
  path: '/health/ready',
  summary: 'Ask every part the service stands on, each with its latency',
  permission: 'health:inspect',
  uses: [
    'table:describe',
    'stragglers:describe',
    'search:describe',
    'search:query',
    'quarantine:describe',
    'clean:describe',
  ],
  input: z.strictObject({}),
  output: z.strictObject({
    status: z.enum(['ok', 'degraded']),
    parts: z.array(
      z.strictObject({
        name: z.enum(PARTS),
        status: z.enum(['ok', 'failed']),
        latencyMs: z.number(),
        detail: z.string().nullable(),
      }),
    ),
  }),
  refuses: [],
  status: 200,
});
