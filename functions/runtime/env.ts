import { ENV, type EnvironmentKey } from '#contract/environment.ts';

/** An environment variable the function was deployed with. Throws when it is missing, naming it. */
export const env = (key: EnvironmentKey): string => {
  const value = process.env[ENV[key]];
  if (!value) throw new Error(`${ENV[key]} is not set: see contract/environment.ts and the stack that deploys this`);
  return value;
};
