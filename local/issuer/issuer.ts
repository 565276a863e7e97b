import { join } from 'node:path';
import { type Instance, ROOT } from '../instance.ts';
import { expectFree, type Recorded, running, start, stop, untilHealthy } from '../processes.ts';

/** The issuer's URL: what tokens carry as `iss` and below which its key set lies. */
export const issuerUrl = (instance: Instance): string => `http://127.0.0.1:${instance.ports.issuer}`;

/** Starts the issuer, or finds the instance's own still running. Returns the process if this call started one. */
export async function startIssuer(instance: Instance): Promise<Recorded | undefined> {
  const health = `${issuerUrl(instance)}/.well-known/openid-configuration`;
  const before = running(instance).find(({ name }) => name === 'issuer');
  if (before) {
    await untilHealthy(health, { process: before, seconds: 10 });
    return undefined;
  }
  await expectFree(instance.ports.issuer, 'PARLEY_ISSUER_PORT');
  const process = start(instance, {
    name: 'issuer',
    command: join(ROOT, 'node_modules/node/bin/node'),
    args: [join(import.meta.dirname, 'server.ts'), instance.name],
    env: { PATH: '/usr/bin:/bin', PARLEY_ISSUER_PORT: String(instance.ports.issuer) },
    cwd: instance.directory,
  });
  try {
    await untilHealthy(health, { process, seconds: 20 });
  } catch (error) {
    await stop(instance, [process]);
    throw error;
  }
  return process;
}
