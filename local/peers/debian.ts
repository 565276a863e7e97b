import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, run } from '../command.ts';
import { Problem } from '../problem.ts';
import { ensureTool } from '../tools.ts';

/** apt with package lists of its own, for whoever may not refresh the machine's. Its sources are the machine's. */
function ownLists(folder: string): string[] {
  const state = join(folder, 'apt');
  mkdirSync(join(state, 'lists', 'partial'), { recursive: true });
  mkdirSync(join(state, 'cache', 'archives', 'partial'), { recursive: true });
  return ['-o', `Dir::State::lists=${join(state, 'lists')}`, '-o', `Dir::Cache=${join(state, 'cache')}`];
}

async function download(folder: string, packages: readonly string[], onNote: (note: string) => void): Promise<void> {
  const apt = (args: readonly string[]) =>
    run('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', ...args], { cwd: folder });
  onNote(`downloading ${packages.length} packages (apt)`);
  const first = await apt(['download', ...packages]);
  if (first.code === 0) return;
  if (first.code === 127) throw new Problem('there is no apt-get: this peer is only known as Debian packages.');
  onNote('refreshing the package lists (apt)');
  const lists = ownLists(folder);
  await apt([...lists, 'update']);
  const second = await apt([...lists, 'download', ...packages]);
  if (second.code !== 0)
    throw new Problem(`apt-get could not download ${packages.join(', ')}.\n${lastLines(second.output)}`);
}

/**
 * Downloads packages by the machine's own apt sources and unpacks them into a folder, as if that were `/`: nothing is
 * installed, and nobody need be root. Returns the folder.
 */
export async function unpackDebian(
  name: string,
  packages: readonly string[],
  onNote: (note: string) => void,
): Promise<string> {
  const { folder } = await ensureTool(name, packages.join(' '), async (target) => {
    await download(target, packages, onNote);
    for (const file of readdirSync(target).filter((entry) => entry.endsWith('.deb'))) {
      onNote(`unpacking ${file}`);
      const { code, output } = await run('dpkg-deb', ['-x', join(target, file), join(target, 'root')]);
      if (code !== 0) throw new Problem(`dpkg-deb could not unpack ${file}.\n${lastLines(output)}`);
    }
  });
  return join(folder, 'root');
}

/** The folder below `usr/lib` that holds the machine's own kind of libraries, such as `x86_64-linux-gnu`. */
export function libraryFolder(root: string): string {
  const lib = join(root, 'usr', 'lib');
  const found = existsSync(lib) ? readdirSync(lib).find((entry) => entry.endsWith('-linux-gnu')) : undefined;
  return join(lib, found ?? '');
}
