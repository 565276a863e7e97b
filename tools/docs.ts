/** `npm run docs`: writes the pages that are derived from the code; a test fails when one is stale. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asyncApiDocument } from '#contract/asyncapi.ts';
import { Command } from '#contract/commands.ts';
import { LeanFrame } from '#contract/frames.ts';
import { components } from '#contract/json-schema.ts';
import { openApiDocument } from '#contract/openapi.ts';
import { COMMAND_EXAMPLES } from '#test/support/command-examples.ts';
import { EXAMPLES } from '#test/support/examples.ts';
import { accessPatterns, accessPatternsPage } from './access-patterns.ts';
import { clientRoutes, clientTypes, clientUsual } from './client-types.ts';
import { MUTANTS } from './mutants/list.ts';
import { ROOT } from './step.ts';
import { testingPage } from './testing-page.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const version = (): string =>
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

/** The JSON Schema of what is said on a socket, both ways. */
const eventsSchema = () => {
  const gathered = components('#/$defs/');
  const frame = gathered.schemaOf(LeanFrame, 'output');
  const command = gathered.schemaOf(Command, 'input');
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What is said on a socket',
    description: 'A frame from the server, or a command from the client.',
    oneOf: [{ $ref: '#/$defs/Frame' }, { $ref: '#/$defs/Command' }],
    $defs: { Frame: frame, Command: command, ...gathered.all() },
  };
};

/** The requests that tests send, with the one time that has to lie ahead of them written down once: a page is always the same. */
const SHOWN: typeof EXAMPLES = {
  ...EXAMPLES,
  scheduled: {
    ...EXAMPLES.scheduled,
    scheduleMessage: { ...EXAMPLES.scheduled.scheduleMessage, sendAt: '2027-01-01T08:00:00.000Z' },
  },
};

/** The text of every generated page, by its path. */
export const generatedPages = (): Record<string, string> => ({
  'docs/openapi.json': json(openApiDocument(version(), SHOWN)),
  'docs/asyncapi.json': json(asyncApiDocument(version(), COMMAND_EXAMPLES)),
  'docs/events.json': json(eventsSchema()),
  'docs/access-patterns.md': accessPatternsPage(accessPatterns()),
  'docs/testing.md': testingPage(MUTANTS),
  'client/src/contract.ts': clientTypes(),
  'client/src/routes.ts': clientRoutes(),
  'client/src/usual.ts': clientUsual(),
});

if (import.meta.main)
  for (const [path, text] of Object.entries(generatedPages())) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    console.log(`${path}  ${text.length.toLocaleString('en')} characters`);
  }
