import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import * as z from 'zod';
import { Claims } from '#contract/claims.ts';
import { TenantId } from '#contract/ids.ts';
import { ANALYSIS_PLUGINS, type AnalysisPlugin, IndexOptions } from '#contract/search-index.ts';

/** The repository's root. */
export const ROOT = join(import.meta.dirname, '..');

/** File beside cdk.json that may hold a section a stage, so that nothing long is typed on the command line. */
const CONFIG_FILE = 'parley.config.json';

export const STAGES = ['local', 'dev', 'prod'] as const;
export type Stage = (typeof STAGES)[number];

/** The functions' own schema; here a misspelt field is refused, because a default would hide it. */
const StrictClaims = Claims.strict();

/** `a,b` from the command line or a list from the file. */
const List = z.union([
  z.array(z.string().min(1)).min(1),
  z
    .string()
    .min(1)
    .transform((text) => text.split(',').map((part) => part.trim())),
]);

/** `-c search.enabled=false` arrives as text. */
const Flag = z.union([z.boolean(), z.stringbool()]);

const shared = {
  /** First part of every name, so that two deployments can share an account. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9]{1,14}$/, '2 to 15 lower case letters and digits')
    .default('parley'),
  /** OIDC issuer whose tokens are accepted; its key set is found by discovery. */
  issuerUrl: z.url(),
  /** `aud` that a token must carry. */
  audience: z.string().min(1).default('parley'),
  claims: StrictClaims.prefault({}),
  /** The tenant whose admins run the deployment: they may make the search index of all tenants anew. */
  operatorTenant: z.union([TenantId, z.literal('')]).default(''),
  /** Origins whose pages may upload and fetch media. The API itself answers any: it takes tokens, no cookies. */
  allowedOrigins: List.default(['*']),
  /** E-mail address that alarms go to. */
  alarmEmail: z.email().optional(),
  /** Shown by `GET /health`. */
  version: z.string().default('0.1.0'),
};

/** `icu,kuromoji`, a list, or nothing at all. */
const Analysis = z.preprocess(
  (given) =>
    typeof given === 'string'
      ? given
          .split(',')
          .map((part) => part.trim())
          .filter(Boolean)
      : given,
  z.array(z.enum(ANALYSIS_PLUGINS)),
);

/** Plug-ins that every domain of the service has; Nori has to be associated with one first. */
const ON_EVERY_DOMAIN: AnalysisPlugin[] = ['icu', 'kuromoji', 'smartcn', 'stempel', 'ukrainian'];

const SearchDomain = z.strictObject({
  /** Without it there is no search route and nothing that costs while nobody talks. */
  enabled: Flag.default(true),
  instanceType: z
    .string()
    .regex(/^[a-z0-9]+\.[a-z0-9]+\.search$/)
    .default('t3.small.search'),
  /** Data nodes; from two on they stand in two zones. */
  nodes: z.coerce.number().int().min(1).max(10).default(1),
  volumeGiB: z.coerce.number().int().min(10).max(1_000).default(10),
  /** Tenants are indexed only once somebody of them has searched: a smaller index, and a first search that finds little yet. */
  lazy: Flag.default(false),
  /** Plug-ins for languages that indices are made with; what is changed holds for the next index (a reindex). */
  analysis: Analysis.default(ON_EVERY_DOMAIN),
  shards: IndexOptions.shape.shards,
  refreshSeconds: IndexOptions.shape.refreshSeconds,
  keepDays: IndexOptions.shape.keepDays,
});

const Notifications = z.strictObject({
  /** Seconds a member's devices have to acknowledge a message before a push notification is due; SQS waits 15 minutes at most. */
  delaySeconds: z.coerce.number().int().min(0).max(900).default(15),
});

/** Where media are downloaded from, by addresses that are signed. */
const CdnConfig = z
  .strictObject({
    /** Public halves of the key pairs (PEM, or files that hold one): one, or two while one takes the place of the other. */
    publicKeys: List.refine((keys) => keys.length <= 2, 'two keys at most'),
    /** The secret of the private halves; `npm run media-key` writes it. */
    signingKeyArn: z.string().regex(/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/),
    /** Where in the world CloudFront answers from, from cheap to everywhere. */
    priceClass: z.enum(['100', '200', 'all']).default('100'),
    /** A name of one's own, with its certificate in us-east-1. */
    domainName: z.hostname().optional(),
    certificateArn: z.string().startsWith('arn:').optional(),
  })
  .refine(
    ({ domainName, certificateArn }) => !domainName === !certificateArn,
    'domainName and certificateArn go together',
  );
export type Cdn = z.output<typeof CdnConfig>;

const Throttle = z.strictObject({
  /** Requests a second, whole API. */
  rate: z.coerce.number().positive().default(1_000),
  burst: z.coerce.number().int().positive().default(2_000),
});

const Cloud = {
  ...shared,
  search: SearchDomain.prefault({}),
  notifications: Notifications.prefault({}),
  throttle: Throttle.prefault({}),
  /** Without it, media are downloaded from S3 itself. */
  cdn: CdnConfig.optional(),
};

/** What differs between stages. Parsed from CDK context (`-c key=value`) over the stage's section of the file. */
export const Config = z.discriminatedUnion('stage', [
  z.strictObject({
    ...shared,
    stage: z.literal('local'),
    // The local engine has no plug-ins.
    search: SearchDomain.extend({ analysis: Analysis.default([]) }).prefault({}),
    notifications: Notifications.extend({
      delaySeconds: Notifications.shape.delaySeconds.unwrap().default(1),
    }).prefault({}),
    logRetentionDays: z.coerce.number().default(7),
    /** Address of the emulator, as a client reaches it. */
    emulatorEndpoint: z.url(),
    /** Address of the search engine that stands in for the domain. */
    searchUrl: z.url(),
    /** Where ClamAV's daemon listens, `host:port` or the path of a socket; without it `scan-upload` knows a few signatures. */
    clamd: z.string().default(''),
    /** The emulator enforces IAM: the deployment uses the caller's credentials instead of bootstrapped roles. */
    iam: Flag.default(false),
  }),
  z.strictObject({ ...Cloud, stage: z.literal('dev'), logRetentionDays: z.coerce.number().default(30) }),
  z.strictObject({
    ...Cloud,
    stage: z.literal('prod'),
    search: SearchDomain.extend({ nodes: SearchDomain.shape.nodes.unwrap().default(2) }).prefault({}),
    logRetentionDays: z.coerce.number().default(365),
  }),
]);
export type Config = z.output<typeof Config>;

/** Every key that context may set, with dots for what lies inside: `search.enabled`, `claims.tenant`. */
const SECTIONS: Record<string, z.ZodObject> = {
  claims: StrictClaims,
  search: SearchDomain,
  notifications: Notifications,
  throttle: Throttle,
  cdn: CdnConfig,
};
const KEYS = [
  ...Object.keys(shared),
  ...['logRetentionDays', 'emulatorEndpoint', 'searchUrl', 'clamd', 'iam'],
  ...Object.entries(SECTIONS).flatMap(([section, schema]) =>
    Object.keys(schema.shape).map((key) => `${section}.${key}`),
  ),
].filter((key) => !(key in SECTIONS));

function sectionsOfFile(): Record<string, Record<string, unknown>> {
  const file = join(ROOT, CONFIG_FILE);
  if (!existsSync(file)) return {};
  return z.record(z.string(), z.record(z.string(), z.unknown())).parse(JSON.parse(readFileSync(file, 'utf8')));
}

/**
 * The configuration of a deployment: the stage's section of `parley.config.json`, overridden by what `context` answers
 * (`app.node.tryGetContext`). Raises an error that names each wrong or missing key.
 */
export function configFrom(
  context: (key: string) => unknown,
  sections: Readonly<Record<string, Record<string, unknown>>> = sectionsOfFile(),
): Config {
  const stage = String(context('stage') ?? 'dev');
  const given: Record<string, unknown> = { ...sections[stage], stage };
  for (const key of KEYS) {
    const value = context(key);
    if (value === undefined) continue;
    const [first, second] = key.split('.') as [string, string | undefined];
    given[first] = second === undefined ? value : { ...(given[first] as object | undefined), [second]: value };
  }
  const parsed = Config.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(
    `The configuration of stage "${stage}" (${CONFIG_FILE} and -c key=value) does not fit:\n${z.prettifyError(parsed.error)}`,
  );
}

/** The CDN of a deployment; the emulator knows none. */
export const cdnOf = (config: Config): Cdn | undefined => (config.stage === 'local' ? undefined : config.cdn);

/** `parley-dev`: the prefix of every name of a deployment. */
export const prefixOf = (config: Config): string => `${config.name}-${config.stage}`;

/** Functions run on arm64 on AWS (a fifth cheaper), locally on what the machine is. */
export const architectureOf = (config: Config): Architecture =>
  config.stage === 'local' && process.arch === 'x64' ? Architecture.X86_64 : Architecture.ARM_64;
