import type { Mutant } from './mutant.ts';

const claims = 'functions/domain/upload.ts';
const quota = 'functions/domain/media-quota.ts';
const table = 'functions/table/media.ts';
const writing = 'functions/table/media-upload.ts';
const request = 'functions/api/media/request-upload.ts';

const CLAIMS = 'I12 claims are not facts';
const QUOTA = 'Quotas are never exceeded by a byte';
const FOREIGN = 'I9 foreign and missing look the same';
const ENDS = 'I12 a final state is final';
const WHOLE = 'An upload in parts is whole';
const ofTable = { test: 'test/table/media.test.ts', needs: 'emulator' } as const;
const ofClaims = { test: 'test/domain/upload.test.ts' } as const;
const ofModel = { test: 'test/domain/media-quota.test.ts' } as const;

/** Guards of what may be uploaded, how much, and in parts. */
export const UPLOAD_MUTANTS: readonly Mutant[] = [
  {
    name: 'upload-types',
    invariant: CLAIMS,
    guard: 'only types that the tenant takes',
    file: claims,
    from: '!isIn(rules.types) ||',
    to: '',
    ...ofClaims,
  },
  {
    name: 'upload-denied-types',
    invariant: CLAIMS,
    guard: 'no type that the tenant denies',
    file: claims,
    from: 'isIn(rules.deniedTypes)',
    to: 'false',
    ...ofClaims,
  },
  {
    name: 'upload-denied-extensions',
    invariant: CLAIMS,
    guard: 'no extension that runs',
    file: claims,
    from: 'rules.deniedExtensions.includes(extension) || ',
    to: '',
    ...ofClaims,
  },
  {
    name: 'upload-extension-unseen',
    invariant: CLAIMS,
    guard: 'what nobody sees in a name does not hide its extension',
    file: claims,
    from: ".replace(UNSEEN, '')",
    to: '',
    ...ofClaims,
  },
  {
    name: 'upload-extension-end',
    invariant: CLAIMS,
    guard: 'dots that Windows drops do not hide an extension',
    file: claims,
    from: ".replace(/\\.+$/, '')",
    to: '',
    ...ofClaims,
  },
  {
    name: 'upload-extension-contradicts',
    invariant: CLAIMS,
    guard: 'an extension does not contradict the type',
    file: claims,
    from: 'if (ranges && contentType !== UNKNOWN',
    to: 'if (!ranges && contentType !== UNKNOWN',
    ...ofClaims,
  },
  {
    name: 'upload-size-limit',
    invariant: CLAIMS,
    guard: 'a kind’s greatest size',
    file: claims,
    from: 'if (claim.bytes > maxBytes) throw',
    to: 'if (claim.bytes > 2 * maxBytes) throw',
    ...ofClaims,
  },
  {
    name: 'upload-parts-most',
    invariant: WHOLE,
    guard: 'never more parts than S3 lists at once',
    file: claims,
    from: ', upTo(bytes / MOST_PARTS))',
    to: ')',
    ...ofClaims,
  },
  {
    name: 'upload-parts-sizes',
    invariant: WHOLE,
    guard: 'every part has exactly its bytes',
    file: claims,
    from: '(part) => sizes.get(part) !== bytesOfPart(bytes, partBytes, part)',
    to: '(part) => !sizes.has(part)',
    ...ofClaims,
  },
  {
    name: 'quota-day-hours',
    invariant: QUOTA,
    guard: 'the hour in which a day began counts in full',
    file: quota,
    from: 'Number(each) < hour - DAY_HOURS',
    to: 'Number(each) <= hour - DAY_HOURS',
    ...ofModel,
  },
  {
    name: 'quota-clock',
    invariant: QUOTA,
    guard: 'a counter does not go back with a clock that is behind',
    file: quota,
    from: 'if (hour <= counter.hour) return counter;',
    to: 'if (hour === counter.hour) return counter;',
    ...ofModel,
  },
  {
    name: 'quota-given-back',
    invariant: QUOTA,
    guard: 'what ends without being kept is given back',
    file: quota,
    from: "held: end === 'ready' ? 0 : -bytes,",
    to: 'held: 0,',
    ...ofModel,
  },
  {
    name: 'media-move-version',
    invariant: 'I12 bound to one object version',
    guard: 'an edge demands the bound version',
    file: table,
    from: "'objectVersion = :bound'",
    to: "'attribute_exists(objectVersion) AND :bound = :bound'",
    ...ofTable,
  },
  {
    name: 'media-move-edge',
    invariant: ENDS,
    guard: 'only edges that exist are tried',
    file: table,
    from: 'if (!mayMove(media.state, edge.to)) throw',
    to: 'if (false) throw',
    ...ofTable,
  },
  {
    name: 'media-overwrite',
    invariant: 'A media is written once',
    guard: 'no put over a media that is there',
    file: writing,
    from: "ConditionExpression: 'attribute_not_exists(pk) OR exp <= :now',",
    to: "ConditionExpression: 'exp <= :now OR attribute_not_exists(nothing)',",
    ...ofTable,
  },
  {
    name: 'upload-idempotency-user',
    invariant: FOREIGN,
    guard: 'an Idempotency-Key is its user’s own',
    file: request,
    from: '[tenant, userId, idempotencyKey]',
    to: '[tenant, idempotencyKey]',
    test: 'test/api/media.test.ts',
  },
  {
    name: 'upload-idempotency-claim',
    invariant: 'The same key for another upload is refused',
    guard: 'the claim of a replay is compared',
    file: request,
    from: "if (!sameClaim(media, asked)) throw new Refusal('media.idempotency_conflict');",
    to: '',
    test: 'test/table/upload.test.ts',
    needs: 'emulator',
  },
];
