import { ENV } from '#contract/environment.ts';

/** The table's name, from the environment. Read when asked, so that a test can set it. */
export const tableName = (): string => {
  const name = process.env[ENV.table];
  if (!name) throw new Error(`${ENV.table} is not set: the function was deployed without its table`);
  return name;
};
