import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileErrors, validate } from '@readme/openapi-parser';
import { describe, expect, it } from 'vitest';
import { everyRoute } from '#contract/api.ts';
import { everyEntry } from '#contract/entries.ts';
import { Event } from '#contract/events.ts';
import type { JsonSchema } from '#contract/json-schema.ts';
import { openApiDocument } from '#contract/openapi.ts';
import { EXAMPLES } from '#test/support/examples.ts';
import { accessPatterns } from '../../tools/access-patterns.ts';
import { generatedPages } from '../../tools/docs.ts';
import { MUTANTS } from '../../tools/mutants/list.ts';
import { occurrences } from '../../tools/mutants/mutant.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('a generated page', () => {
  it.each(Object.entries(generatedPages()))('%s is what `npm run docs` would write', (path, text) => {
    // Compared as a whole first: a difference of thousands of lines helps nobody.
    expect(read(path) === text, `${path} is stale: run npm run docs`).toBe(true);
  });
});

describe('docs/openapi.json', () => {
  const document = openApiDocument('0.0.0', EXAMPLES);

  it('is OpenAPI 3.1', async () => {
    const result = await validate(structuredClone(document) as Parameters<typeof validate>[0]);
    expect(result.valid, result.valid ? '' : compileErrors(result)).toBe(true);
  });

  it('holds every operation under every address', () => {
    const declared = everyRoute().flatMap(({ route }) => [route, ...(route.aliases ?? [])]);
    for (const { method, path } of declared)
      expect(document.paths[path], `${method} ${path}`).toHaveProperty(method.toLowerCase());
    expect(Object.values(document.paths).flatMap((methods) => Object.keys(methods))).toHaveLength(declared.length);
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!);
    const missing = references.filter((reference) => {
      let at: unknown = document;
      for (const part of reference.slice(2).split('/')) at = (at as Record<string, unknown> | undefined)?.[part];
      return at === undefined;
    });
    expect(missing).toEqual([]);
  });

  it('shows requests that the operation accepts, and answers that it may give', () => {
    for (const { name, route } of everyRoute()) {
      const operation = document.paths[route.path]?.[route.method.toLowerCase()] as {
        parameters?: { name?: string; schema?: JsonSchema; example?: unknown; required?: boolean }[];
        requestBody?: { content: { 'application/json': { example: object } } };
        responses: Record<string, { content: { 'application/json': { example: unknown } } }>;
      };
      const given = (operation.parameters ?? []).filter(({ required, schema }) => required && schema);
      const input = {
        ...Object.fromEntries(given.map((parameter) => [parameter.name, parameter.example])),
        ...operation.requestBody?.content['application/json'].example,
      };
      expect(route.input.safeParse(input), `${name}: ${JSON.stringify(input)}`).toMatchObject({ success: true });
      const output = operation.responses[route.status]?.content['application/json'].example;
      expect(route.output.safeParse(output), `${name}: ${JSON.stringify(output)}`).toMatchObject({ success: true });
    }
  });
});

describe('docs/events.json', () => {
  it('describes every event', () => {
    const { $defs } = JSON.parse(read('docs/events.json')) as { $defs: { Frame: JsonSchema } };
    const types = [
      ...JSON.stringify($defs.Frame).matchAll(/"const":"([a-z]+:[a-z]+|read|delivered|typing|presence|receipts)"/g),
    ].map((match) => match[1]);
    const declared = Event.options.map((option) => option.shape.type.value);
    expect(types.sort()).toEqual([...declared].sort());
  });
});

describe('docs/access-patterns.md', () => {
  it('knows patterns, each with a number and a function of its own', () => {
    const patterns = accessPatterns();
    expect(patterns.length).toBeGreaterThan(20);
    expect(new Set(patterns.map(({ file, name }) => `${file} ${name}`)).size).toBe(patterns.length);
    // How the calls are written may change: then they must still be found.
    expect(new Set(patterns.flatMap(({ calls }) => calls))).toEqual(
      new Set(['Get', 'BatchGet', 'Query', 'Put', 'Update', 'Delete', 'TransactWrite']),
    );
  });
});

describe('the list of mutants', () => {
  it('has one name each', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s still applies', (_, mutant) => {
    expect(occurrences(read(mutant.file), mutant)).toBe(1);
    expect(['tsc', 'simulate'].includes(mutant.test) || existsSync(join(ROOT, mutant.test))).toBe(true);
  });
});

describe('entries', () => {
  it('are all declared, and all there', () => {
    const files = globSync('functions/**/*.lambda.ts', { cwd: ROOT }).sort();
    expect(
      Object.values(everyEntry())
        .map(({ file }) => file)
        .sort(),
    ).toEqual(files);
  });
});
