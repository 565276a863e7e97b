import { run } from '../command.ts';
import type { Instance } from '../instance.ts';
import { Problem } from '../problem.ts';
import { answers, expectFree, type Program, type Recorded, running, start, stop, untilHealthy } from '../processes.ts';
import { dockerEngine, dockerWorks } from './docker-engine.ts';
import { findJdk } from './java.ts';
import { mavenEngine } from './maven-engine.ts';

/** The address of an instance's OpenSearch. */
export const searchUrl = (instance: Instance): string =>
  instance.givenSearchUrl ?? `http://127.0.0.1:${instance.ports.search}`;

async function chooseEngine(instance: Instance, onNote: (note: string) => void): Promise<Program> {
  if (await dockerWorks()) return dockerEngine(instance, onNote);
  const jdk = findJdk();
  if (!jdk) {
    throw new Problem(
      'OpenSearch needs a Java development kit 21 or newer (or Docker): install one and set JAVA_HOME, start Docker, or set PARLEY_SEARCH_URL.',
    );
  }
  if ((await run('mvn', ['-v'])).code !== 0) {
    throw new Problem('OpenSearch needs Maven (or Docker): install Maven, start Docker, or set PARLEY_SEARCH_URL.');
  }
  return mavenEngine(instance, jdk, onNote);
}

/**
 * Starts the search engine, or finds the instance's own still running. In this order: `PARLEY_SEARCH_URL`, Docker, Maven.
 * Returns the process if this call started one.
 */
export async function startSearchEngine(
  instance: Instance,
  onNote: (note: string) => void = () => {},
): Promise<Recorded | undefined> {
  const health = `${searchUrl(instance)}/_cluster/health?wait_for_status=yellow&timeout=2s`;
  if (instance.givenSearchUrl) {
    if (!(await answers(health))) {
      throw new Problem(
        `Nothing answers at PARLEY_SEARCH_URL=${instance.givenSearchUrl}: start it, or unset the variable.`,
      );
    }
    await untilHealthy(health, { seconds: 30 });
    return undefined;
  }
  const before = running(instance).find(({ name }) => name === 'search-engine');
  if (before) {
    await untilHealthy(health, { process: before, seconds: 90 });
    return undefined;
  }
  await expectFree(instance.ports.search, 'PARLEY_SEARCH_PORT');
  const program = await chooseEngine(instance, onNote);
  onNote('starting');
  const process = start(instance, program);
  try {
    // A first Docker run has an image of about a gigabyte to pull.
    await untilHealthy(health, { process, seconds: program.command === 'docker' ? 600 : 120 });
  } catch (error) {
    await stop(instance, [process]);
    throw error;
  }
  return process;
}
