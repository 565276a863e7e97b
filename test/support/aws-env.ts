/**
 * Import this where SDK clients are used: they read the environment at their first call. With `PARLEY_STACK` (the
 * path of a stack file, `npm run services` writes one) calls go to its emulator; without it, to a port where nothing listens,
 * so that a test which forgot to fake a call fails at once instead of asking an account of the developer's.
 */
import { readFileSync } from 'node:fs';
import * as z from 'zod';

const Stack = z.object({ endpoint: z.url(), region: z.string() });

const file = process.env.PARLEY_STACK;
const stack = file ? Stack.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;

Object.assign(process.env, {
  AWS_ENDPOINT_URL: stack?.endpoint ?? 'http://127.0.0.1:1',
  AWS_REGION: stack?.region ?? 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
});
for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])
  delete process.env[name];

/** The emulator's address. Raises when no stack file was named. */
export const emulatorEndpoint = (): string => {
  if (!stack)
    throw new Error(
      'PARLEY_STACK is not set: start an emulator (npm run services) and name its stack.json in PARLEY_STACK',
    );
  return stack.endpoint;
};
