/**
 * The import rule. A request travels down this list, imports point up it:
 * contract ← domain ← table, gateways ← delivery (both composed: how an event reaches sockets), runtime ← syncing (what is told of
 * a log, live or later) ← sending (a message, for whichever service says it), changing (a message or a membership, for whichever service changes it) ← entries.
 * `aws` is how services of AWS are called without their SDK clients; it knows nothing of ours.
 * `client` stands alone: what it knows of the contract is generated, and it needs no package.
 * `npm run verify` runs it and asserts that every module was seen; `test/contract/import-rule.test.ts` shows each rule fire.
 */
const entries = 'api|realtime|stream|media|jobs|hooks';

/** What each folder of functions/ may import besides itself. */
const mayImport = {
  contract: [],
  domain: ['contract'],
  aws: [],
  table: ['contract', 'domain', 'aws'],
  gateways: ['contract', 'domain', 'aws'],
  delivery: ['contract', 'domain', 'table', 'gateways', 'runtime/log', 'runtime/metrics'],
  runtime: ['contract', 'domain', 'table/entity'],
  syncing: ['contract', 'domain', 'table', 'gateways', 'delivery/parallel', 'runtime'],
  sending: ['contract', 'domain', 'table', 'delivery', 'runtime', 'syncing'],
  indexing: ['contract', 'domain', 'table', 'gateways', 'runtime'],
  searching: ['contract', 'domain', 'table', 'gateways', 'runtime', 'delivery/parallel', 'indexing'],
  changing: [
    'contract',
    'domain',
    'table',
    'gateways/multipart',
    'gateways/stored-objects',
    'delivery',
    'runtime',
    'syncing',
  ],
  [entries]: [
    'contract',
    'domain',
    'table',
    'gateways',
    'delivery',
    'runtime',
    'syncing',
    'sending',
    'changing',
    'indexing',
    'searching',
  ],
};

const everyFolder = '^(functions|client|infra|test|local|bench|simulation|tools)/';
const sdks = 'node_modules/(@aws-sdk|@smithy|@opensearch-project)/';
const mediaLibraries = 'node_modules/(sharp|file-type)/';

const forbid = (name, from, to) => ({ name, severity: 'error', from, to });

module.exports = {
  forbidden: [
    ...Object.entries(mayImport).map(([folder, others]) =>
      forbid(
        `${folder} imports`,
        { path: `^functions/(${folder})/` },
        {
          path: everyFolder,
          pathNot: [`^functions/(${folder})/`, ...others.map((other) => `^functions/${other}(/|\\.ts$)`)],
        },
      ),
    ),
    forbid(
      'every folder of functions has a rule',
      { path: '^functions/', pathNot: `^functions/(${Object.keys(mayImport).join('|')})/` },
      {},
    ),
    forbid('the client stands alone', { path: '^client/' }, { pathNot: '^client/' }),
    forbid(
      'infra knows only the contract',
      { path: '^infra/' },
      { path: everyFolder, pathNot: ['^infra/', '^functions/contract/', '^functions/table/schema\\.ts$'] },
    ),
    forbid(
      'contract and domain are pure',
      { path: '^functions/(contract|domain)/' },
      { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'core'], pathNot: 'node_modules/zod/' },
    ),
    forbid('SDKs live in table and gateways', { path: '^functions/(?!aws/|table/|gateways/)' }, { path: sdks }),
    forbid('media libraries live in media', { path: '^functions/(?!media/)' }, { path: mediaLibraries }),
    forbid('nobody imports an entry', { pathNot: '^(test|bench|simulation)/' }, { path: '[.]lambda[.]ts$' }),
    forbid(
      'services are strangers',
      { path: `^functions/(api/[^/]+|realtime|stream|media|jobs|hooks)/` },
      { path: `^functions/(api/[^/]+|realtime|stream|media|jobs|hooks)/`, pathNot: '^functions/$1/' },
    ),
    forbid('no cycles', {}, { circular: true }),
    // Only types come from aws-lambda: there is no such package to resolve to.
    forbid('resolvable', {}, { couldNotResolve: true, pathNot: '^aws-lambda$' }),
  ],
  options: {
    // Types count: a cycle of types is a cycle in the reader's head.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules/.*/node_modules|cdk\\.out[^/]*|\\.parley)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
