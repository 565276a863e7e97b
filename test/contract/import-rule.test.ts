import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ImportReport, importsOf } from '../../tools/import-rule.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** A small tree in which every rule is broken exactly once, beside imports that are allowed. */
const FILES = {
  'functions/contract/ids.ts': 'export const id = 1;',
  'functions/contract/schema.ts': "import * as z from 'zod';\nexport const S = z.string();",
  'functions/contract/upward.ts': "import { d } from '#domain/decide.ts';\nexport const x = d;",
  'functions/contract/hashing.ts': "import { createHash } from 'node:crypto';\nexport const x = createHash;",
  'functions/domain/decide.ts': "import { id } from '#contract/ids.ts';\nexport const d = id;",
  'functions/domain/reads.ts': "import { t } from '#table/thing.ts';\nexport const x = t;",
  'functions/domain/sdk.ts': "import { documents } from '@aws-sdk/lib-dynamodb';\nexport const x = documents;",
  'functions/table/schema.ts': 'export const TABLE = 1;',
  'functions/table/entity.ts': "import { TABLE } from './schema.ts';\nexport const e = TABLE;",
  'functions/table/thing.ts': "import * as c from '@aws-sdk/client-dynamodb';\nexport const t = c;",
  'functions/table/logs.ts': "import { log } from '#runtime/log.ts';\nexport const x = log;",
  'functions/aws/signed.ts': "import { id } from '#contract/ids.ts';\nexport const x = id;",
  'functions/gateways/sockets.ts': "import { t } from '#table/thing.ts';\nexport const s = t;",
  'functions/delivery/announce.ts':
    "import { e } from '#table/entity.ts';\nimport { s } from '#gateways/sockets.ts';\nexport const a = [e, s];",
  'functions/delivery/answers.ts': "import { service } from '#runtime/service.ts';\nexport const x = service;",
  'functions/runtime/log.ts': 'export const log = 1;',
  'functions/runtime/service.ts': "import { e } from '#table/entity.ts';\nexport const service = e;",
  'functions/runtime/reads.ts': "import { t } from '#table/thing.ts';\nexport const x = t;",
  'functions/syncing/tells.ts': "import { x } from '#sending/send.ts';\nexport const y = x;",
  'functions/sending/send.ts': "import { s } from '#gateways/sockets.ts';\nexport const x = s;",
  'functions/indexing/write.ts': "import { x } from '#searching/ask.ts';\nexport const y = x;",
  'functions/searching/ask.ts': "import { x } from '#sending/send.ts';\nexport { x };",
  'functions/changing/change.ts': "import { s } from '#gateways/sockets.ts';\nexport const x = s;",
  'functions/api/one/one.lambda.ts': "import { s } from '#runtime/service.ts';\nexport const handler = s;",
  'functions/api/one/tested.ts': "import { x } from '#test/help.ts';\nexport const y = x;",
  'functions/api/two/two.ts': 'export const two = 2;',
  'functions/api/one/stranger.ts': "import { two } from '../two/two.ts';\nexport const x = two;",
  'functions/api/two/client.ts': "import { S3Client } from '@aws-sdk/client-s3';\nexport const x = S3Client;",
  'functions/api/two/picture.ts': "import sharp from 'sharp';\nexport const x = sharp;",
  'functions/media/picture.ts': "import sharp from 'sharp';\nexport const x = sharp;",
  'functions/stream/invokes.ts': "import { handler } from './to.lambda.ts';\nexport const x = handler;",
  'functions/stream/to.lambda.ts': 'export const handler = 1;',
  'functions/elsewhere/new.ts': "import { id } from '#contract/ids.ts';\nexport const x = id;",
  'functions/realtime/a.ts': "import type { B } from './b.ts';\nexport type A = B;",
  'functions/realtime/b.ts': "import type { A } from './a.ts';\nexport type B = A | 1;",
  'functions/realtime/lost.ts': "import { x } from './nowhere.ts';\nexport const y = x;",
  'infra/stack.ts':
    "import { TABLE } from '#table/schema.ts';\nimport { id } from '#contract/ids.ts';\nexport const x = [TABLE, id];",
  'infra/nosy.ts': "import { e } from '#table/entity.ts';\nexport const x = e;",
  'client/src/log.ts': 'export const log = 1;',
  'client/src/own.ts': "import { log } from './log.ts';\nexport const x = log;",
  'client/src/nosy.ts': "import { id } from '#contract/ids.ts';\nexport const x = id;",
  'test/help.ts': 'export const x = 1;',
  'test/entry.ts': "import { handler } from '../functions/stream/to.lambda.ts';\nexport const x = handler;",
};

const EXPECTED = [
  'SDKs live in table and gateways: functions/api/two/client.ts',
  'SDKs live in table and gateways: functions/domain/sdk.ts',
  'api|realtime|stream|media|jobs|hooks imports: functions/api/one/tested.ts',
  'aws imports: functions/aws/signed.ts',
  'changing imports: functions/changing/change.ts',
  'contract and domain are pure: functions/contract/hashing.ts',
  'contract and domain are pure: functions/domain/sdk.ts',
  'contract imports: functions/contract/upward.ts',
  'delivery imports: functions/delivery/answers.ts',
  'domain imports: functions/domain/reads.ts',
  'every folder of functions has a rule: functions/elsewhere/new.ts',
  'gateways imports: functions/gateways/sockets.ts',
  'indexing imports: functions/indexing/write.ts',
  'infra knows only the contract: infra/nosy.ts',
  'media libraries live in media: functions/api/two/picture.ts',
  'no cycles: functions/realtime/a.ts',
  'nobody imports an entry: functions/stream/invokes.ts',
  'resolvable: functions/realtime/lost.ts',
  'runtime imports: functions/runtime/reads.ts',
  'searching imports: functions/searching/ask.ts',
  'sending imports: functions/sending/send.ts',
  'services are strangers: functions/api/one/stranger.ts',
  'the client stands alone: client/src/nosy.ts',
  'syncing imports: functions/syncing/tells.ts',
  'table imports: functions/table/logs.ts',
];

let tree: string;
let report: ImportReport;

beforeAll(async () => {
  tree = mkdtempSync(join(tmpdir(), 'parley-import-rule-'));
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), `${text}\n`);
  }
  for (const file of ['package.json', 'tsconfig.json']) cpSync(join(ROOT, file), join(tree, file));
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'), 'junction');
  report = await importsOf(tree);
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

it('sees every file of the tree', () => {
  expect(report.modules).toEqual(expect.arrayContaining(Object.keys(FILES)));
});

it('reports each broken rule, and nothing that is allowed', () => {
  expect(report.violations.map(({ rule, from }) => `${rule}: ${from}`).sort()).toEqual(EXPECTED.sort());
});

it('has a fixture for every rule', () => {
  const { forbidden: rules } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
    forbidden: readonly { name: string }[];
  };
  const fired = new Set(report.violations.map(({ rule }) => rule));
  expect(rules.map(({ name }) => name).filter((name) => !fired.has(name))).toEqual([]);
});
