import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everyEntry } from '#contract/entries.ts';
import type { Stage } from '#infra/config.ts';
import { exampleConfig, synthesise } from '#infra/synthesise.ts';

/** A resource as the template has it. */
export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is whatever CloudFormation says it is
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Template {
  readonly stack: string;
  readonly file: string;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

const folder = mkdtempSync(join(tmpdir(), 'parley-infra-test-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** One empty function stands for all: templates do not depend on what is in the bundles. */
const bundles = (() => {
  const bundle = join(folder, 'bundle');
  mkdirSync(bundle);
  writeFileSync(join(bundle, 'index.mjs'), 'export const handler = async () => {};\n');
  return Object.fromEntries(Object.values(everyEntry()).map(({ file }) => [file, bundle]));
})();

const synthesised = (stage: Stage, given: Readonly<Record<string, string>>) => {
  const outdir = mkdtempSync(join(folder, `${stage}-`));
  const { app, assembly } = synthesise(exampleConfig(stage, given), bundles, outdir);
  const templates = assembly.stacks.map(
    ({ stackName, templateFullPath, template }): Template => ({
      stack: stackName.replace(/^\w+-\w+-/, ''),
      file: templateFullPath,
      resources: template.Resources,
      outputs: template.Outputs ?? {},
    }),
  );
  return { app, templates };
};

const known = new Map<string, ReturnType<typeof synthesised>>();

/** The deployment of a stage, synthesised once a test file. */
export const deployment = (stage: Stage, given: Readonly<Record<string, string>> = {}) => {
  const key = JSON.stringify([stage, given]);
  const found = known.get(key) ?? synthesised(stage, given);
  known.set(key, found);
  return found;
};

/** Every resource of a type in all stacks of a stage, with its logical id. */
export const resourcesOf = (
  stage: Stage,
  type: string,
): (Resource & { readonly id: string; readonly stack: string })[] =>
  deployment(stage).templates.flatMap(({ stack, resources }) =>
    Object.entries(resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => ({ ...resource, id, stack })),
  );

export interface Statement {
  readonly actions: readonly string[];
  /** As text: references in their JSON. */
  readonly resources: readonly string[];
}

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** What each function may do, by the function's name without the deployment's: read back from the templates. */
export function grantsOf(stage: Stage): Map<string, Statement[]> {
  const grants = new Map<string, Statement[]>();
  for (const { resources } of deployment(stage).templates)
    for (const { Properties: made } of Object.values(resources).filter(
      ({ Type }) => Type === 'AWS::Lambda::Function',
    )) {
      const role = resources[made.Role['Fn::GetAtt'][0]]!;
      // biome-ignore lint/suspicious/noExplicitAny: see Resource
      const statements = role.Properties.Policies.flatMap((policy: any) => policy.PolicyDocument.Statement);
      grants.set(
        String(made.FunctionName).replace(/^\w+-\w+-/, ''),
        // biome-ignore lint/suspicious/noExplicitAny: see Resource
        statements.map((statement: any) => ({
          actions: list<string>(statement.Action),
          resources: list(statement.Resource).map((resource) =>
            typeof resource === 'string' ? resource : JSON.stringify(resource),
          ),
        })),
      );
    }
  return grants;
}
