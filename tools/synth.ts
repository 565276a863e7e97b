import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, ROOT, run, runWhenMain } from './step.ts';

/** What each stage cannot do without and nobody gives here: only the templates are wanted. */
const CONTEXT = {
  local: {
    issuerUrl: 'http://127.0.0.1:4500',
    emulatorEndpoint: 'http://127.0.0.1:4566',
    searchUrl: 'http://127.0.0.1:9200',
  },
  dev: { issuerUrl: 'https://issuer.example' },
  prod: { issuerUrl: 'https://issuer.example', alarmEmail: 'operations@example.com' },
} as const;

export type Stage = keyof typeof CONTEXT;
export const STAGES = Object.keys(CONTEXT) as Stage[];

/** `cdk synth` of one stage as a deployment would do it, cdk-nag included; every error or finding is a problem. */
export async function checkSynth(stage: Stage): Promise<Outcome> {
  const out = join(ROOT, '.parley', 'verify', `cdk.out.${stage}`);
  rmSync(out, { recursive: true, force: true });
  const context = Object.entries({ stage, ...CONTEXT[stage] }).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const cdk = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const { code, output } = await run(
    process.execPath,
    [cdk, 'synth', '--quiet', '--no-notices', '--output', out, ...context],
    { env: { CDK_DISABLE_CLI_TELEMETRY: '1' } },
  );
  if (code !== 0) return { problems: [output.trim()] };
  const [, stacks = ''] = /Supply a stack id \((.*)\)/.exec(output) ?? [];
  const count = stacks.split(', ').filter(Boolean).length;
  return { problems: count > 0 ? [] : [`no stack was synthesised: ${output.trim()}`], note: `${count} stacks` };
}

await runWhenMain(import.meta, async () => {
  const outcomes = [];
  for (const stage of STAGES) outcomes.push(await checkSynth(stage));
  return { problems: outcomes.flatMap(({ problems }) => problems), note: outcomes.map(({ note }) => note).join(', ') };
});
