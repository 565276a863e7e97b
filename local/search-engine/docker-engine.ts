import { run } from '../command.ts';
import type { Instance } from '../instance.ts';
import type { Program } from '../processes.ts';

const IMAGE = 'opensearchproject/opensearch:3.8.0';

/** Whether a Docker daemon answers; a client without a daemon is no Docker. */
export async function dockerWorks(): Promise<boolean> {
  return (await run('docker', ['info', '--format', '{{.ServerVersion}}'])).code === 0;
}

/** The official image in the foreground, so that stopping the client (SIGTERM is passed on) stops and removes the container. */
export async function dockerEngine(instance: Instance, onNote: (note: string) => void): Promise<Program> {
  const container = `parley-${instance.name}-search`;
  onNote('preparing the image (docker)');
  await run('docker', ['rm', '-f', container]);
  return {
    name: 'search-engine',
    command: 'docker',
    args: [
      'run',
      '--rm',
      '--name',
      container,
      '-p',
      `127.0.0.1:${instance.ports.search}:9200`,
      '-e',
      'discovery.type=single-node',
      '-e',
      'DISABLE_SECURITY_PLUGIN=true',
      '-e',
      'DISABLE_INSTALL_DEMO_CONFIG=true',
      '-e',
      'cluster.routing.allocation.disk.threshold_enabled=false',
      '-e',
      'OPENSEARCH_JAVA_OPTS=-Xms512m -Xmx512m',
      IMAGE,
    ],
    env: Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    cwd: instance.directory,
  };
}
