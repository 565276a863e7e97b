import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLines, run } from '../command.ts';
import type { Instance } from '../instance.ts';
import { Problem } from '../problem.ts';
import type { Program } from '../processes.ts';
import { ensureTool } from '../tools.ts';
import type { Jdk } from './java.ts';

const POM = join(import.meta.dirname, 'pom.xml');

/** OpenSearch as a Java program: its jars by Maven (once), then one node with a 512 MB heap and an empty data folder. */
export async function mavenEngine(instance: Instance, jdk: Jdk, onNote: (note: string) => void): Promise<Program> {
  const { folder } = await ensureTool('opensearch', readFileSync(POM, 'utf8'), async (target) => {
    onNote('downloading 71 MB of jars (mvn)');
    const goal = 'dependency:copy-dependencies';
    const { code, output } = await run('mvn', ['-q', '-B', '-f', POM, goal, `-DoutputDirectory=${target}`], {
      env: { ...process.env, JAVA_HOME: jdk.home },
    });
    if (code !== 0) throw new Problem(`Maven could not download OpenSearch: check the network.\n${lastLines(output)}`);
  });
  const data = join(instance.directory, 'search');
  await rm(data, { recursive: true, force: true });
  return {
    name: 'search-engine',
    command: join(jdk.home, 'bin/java'),
    args: [
      '-Xms512m',
      '-Xmx512m',
      '-cp',
      join(folder, '*'),
      join(import.meta.dirname, 'SearchEngine.java'),
      data,
      String(instance.ports.search),
      `parley-${instance.name}`,
    ],
    env: { PATH: process.env.PATH ?? '', HOME: instance.directory, LANG: 'C.UTF-8' },
    cwd: instance.directory,
  };
}
