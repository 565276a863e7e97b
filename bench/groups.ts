/** What a group of rows needs to run: nothing, the emulator, or the app deployed to it. */
export type Need = 'nothing' | 'emulator' | 'app';

/** The groups of rows in the order of the table. `dollars` counts on what `send` and `live` measured before it. */
export const GROUPS = {
  send: 'emulator',
  series: 'emulator',
  membership: 'emulator',
  changes: 'emulator',
  reads: 'emulator',
  sockets: 'emulator',
  frames: 'emulator',
  imports: 'emulator',
  live: 'app',
  hot: 'nothing',
  idle: 'nothing',
  index: 'app',
  suggestions: 'app',
  bundles: 'nothing',
  media: 'nothing',
  uploads: 'app',
  dollars: 'emulator',
} as const satisfies Record<string, Need>;

export type Group = keyof typeof GROUPS;

/** The groups that `--only a,b` names; all of them without it. Raises for a name that is none. */
export function groupsNamed(only: string | undefined): Group[] {
  const all = Object.keys(GROUPS) as Group[];
  if (only === undefined) return all;
  const wanted = only.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !all.includes(name as Group));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: the groups are ${all.join(', ')}`);
  // What dollars are counted from.
  if (wanted.includes('dollars') && !wanted.includes('send')) wanted.push('send');
  return all.filter((name) => wanted.includes(name));
}
