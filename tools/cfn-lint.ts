/**
 * Every stage's templates pass cfn-lint: there is no AWS account at hand, so what CloudFormation would refuse must be
 * known otherwise. cfn-lint carries the resource schemas of CloudFormation itself and needs no network once installed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { STAGES } from '#infra/config.ts';
import { bundleAll } from '#infra/constructs/bundles.ts';
import { exampleConfig, synthesise } from '#infra/synthesise.ts';
import { findPython } from '#local/emulator/python.ts';
import { ensureTool } from '#local/tools.ts';
import { type Outcome, run, runWhenMain } from './step.ts';

/** The release whose schemas the templates are held against. */
const PACKAGE = 'cfn-lint==1.58.0';

/** What its own command does; that one names the folder it was installed in, which was another then. */
const START = 'import sys, cfnlint.runner; sys.exit(cfnlint.runner.main())';

/** W3005: the CDK writes the dependency of a function on its role down although the reference implies it. */
const IGNORED = ['W3005'];

/** Bits of cfn-lint's exit code: errors 2, warnings 4, informational 8; 0 is a clean run. */
const FOUND = 2 | 4 | 8;

const Findings = z.array(
  z.object({
    Rule: z.object({ Id: z.string() }),
    Level: z.string(),
    Message: z.string(),
    Filename: z.string(),
    Location: z.object({ Start: z.object({ LineNumber: z.number() }) }),
  }),
);

/** The interpreter of a virtual environment that holds cfn-lint; made when missing. */
async function python(): Promise<string> {
  const { folder } = await ensureTool('cfn-lint', PACKAGE, async (target) => {
    const venv = await run(await findPython(), ['-m', 'venv', target]);
    if (venv.code !== 0) throw new Error(`no virtual environment for cfn-lint: ${venv.output}`);
    const pip = await run(join(target, 'bin', 'python'), ['-m', 'pip', 'install', '-q', PACKAGE]);
    if (pip.code !== 0) throw new Error(`pip could not install cfn-lint: ${pip.output}`);
  });
  return join(folder, 'bin', 'python');
}

/** Synthesises all stages and lints what comes out, warnings included. */
export async function cfnLint(): Promise<Outcome> {
  const out = mkdtempSync(join(tmpdir(), 'parley-cfn-lint-'));
  try {
    const bundles = await bundleAll();
    const templates = STAGES.flatMap((stage) =>
      synthesise(exampleConfig(stage), bundles, join(out, stage)).assembly.stacks.map(
        (stack) => stack.templateFullPath,
      ),
    );
    const { code, output } = await run(await python(), [
      '-c',
      START,
      '--format',
      'json',
      '--ignore-checks',
      ...IGNORED,
      '--template',
      ...templates,
    ]);
    if (code & ~FOUND) throw new Error(`cfn-lint itself failed (${code}): ${output}`);
    const problems = Findings.parse(JSON.parse(output || '[]')).map(
      ({ Rule, Message, Filename, Location }) =>
        `${Rule.Id} ${Message} (${Filename.slice(out.length + 1)}:${Location.Start.LineNumber})`,
    );
    return { problems, note: `${templates.length} templates of ${STAGES.length} stages` };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

await runWhenMain(import.meta, cfnLint);
