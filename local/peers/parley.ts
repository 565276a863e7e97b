import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { RunningPeer } from '#bench/peers/running.ts';
import { deployApp } from '../deploy-app.ts';
import { type Instance, ROOT } from '../instance.ts';
import { running } from '../processes.ts';
import { SERVICES, startServices } from '../start-services.ts';

/** What the instance's processes are called in a table. */
const PARTS: Readonly<Record<string, string>> = {
  emulator: 'Emulator',
  'search-engine': 'OpenSearch',
  issuer: 'Token issuer',
};

const Package = z.object({ version: z.string() });

/** Starts all services with the app deployed to them. */
export async function startParley(instance: Instance): Promise<RunningPeer> {
  const stack = await deployApp(instance, await startServices(instance, SERVICES), { iam: false });
  const parts = running(instance).flatMap(({ name, pid }) => {
    const part = PARTS[name];
    return part === undefined ? [] : [{ name: part, pid }];
  });
  const { version } = Package.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  return { kind: 'parley', version, stack, directory: instance.directory, parts };
}
