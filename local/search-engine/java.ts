import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** A Java development kit: its home and its feature release (25 for 25.0.1). */
export interface Jdk {
  readonly home: string;
  readonly release: number;
}

const FOLDERS_OF_HOMES = [
  '/usr/lib/jvm',
  '/opt/java',
  join(homedir(), '.sdkman/candidates/java'),
  '/Library/Java/JavaVirtualMachines',
];
const HOMES = ['/opt/homebrew/opt/openjdk', '/usr/local/opt/openjdk'];

function homesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => [join(folder, name), join(folder, name, 'Contents/Home')]);
}

function homesInPath(): string[] {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'javac'))
    .filter((file) => existsSync(file))
    .map((file) => dirname(dirname(realpathSync(file))));
}

/** A kit is told by its compiler (the launcher is one source file) and its `release` file, which names the version. */
function jdkAt(home: string): Jdk | undefined {
  if (!existsSync(join(home, 'bin/javac')) || !existsSync(join(home, 'release'))) return undefined;
  const version = /^JAVA_VERSION="(\d+)/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1];
  return version ? { home, release: Number(version) } : undefined;
}

/** The newest kit of release 21 or later in JAVA_HOME, PATH and the usual folders. */
export function findJdk(): Jdk | undefined {
  return [process.env.JAVA_HOME ?? '', ...homesInPath(), ...FOLDERS_OF_HOMES.flatMap(homesIn), ...HOMES]
    .map(jdkAt)
    .filter((jdk) => jdk !== undefined)
    .filter(({ release }) => release >= 21)
    .sort((a, b) => b.release - a.release)[0];
}
