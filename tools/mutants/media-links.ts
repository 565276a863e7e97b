import type { Mutant } from './mutant.ts';

const reference = 'functions/table/media-reference.ts';
const kept = 'functions/table/media-kept.ts';
const links = 'functions/table/media-link.ts';
const lifecycle = 'functions/domain/media-lifecycle.ts';
const clean = 'functions/jobs/clean-due.ts';
const repair = 'functions/table/media-repair.ts';
const reconcile = 'functions/changing/reconcile-media.ts';
const remove = 'functions/api/library/remove-media.ts';
const REFERENCES = { test: 'test/table/media-reference.test.ts', needs: 'emulator', invariant: 'references' } as const;
const CLEANUP = { test: 'test/table/media-cleanup.test.ts', needs: 'emulator', invariant: 'media cleanup' } as const;

/** Guards of what shows a media, and of how one ends. */
export const MEDIA_LINK_MUTANTS: readonly Mutant[] = [
  {
    ...REFERENCES,
    name: 'refs-gone-media',
    guard: 'a message shows no media that has gone',
    file: reference,
    from: "ready ? '#state = :ready' : 'attribute_exists(pk)'",
    to: "ready ? '(attribute_not_exists(pk) OR #state = :ready)' : 'attribute_exists(pk)'",
  },
  {
    ...REFERENCES,
    name: 'refs-once',
    guard: 'a link is let go of once',
    file: reference,
    from: "Key: { ...key }, ConditionExpression: 'attribute_exists(pk)' }",
    to: 'Key: { ...key } }',
  },
  {
    ...REFERENCES,
    name: 'refs-deleted',
    guard: 'a deleted message lets go of its media',
    file: 'functions/changing/thread-of-change.ts',
    from: 'held ? hideParts(tenant, links) : releaseParts(tenant, links, at)',
    to: 'hideParts(tenant, links)',
  },
  {
    ...REFERENCES,
    name: 'refs-restored',
    guard: 'a restored message shows its media again',
    file: 'functions/changing/thread-of-change.ts',
    from: 'return showAgainParts(tenant, message, { ...stored, b: body });',
    to: 'return [];',
  },
  {
    ...REFERENCES,
    name: 'refs-due',
    guard: 'what nothing shows any more is put on the list',
    file: reference,
    from: 'if (refs !== undefined && refs > 1)',
    to: 'if (refs !== undefined && refs > 0)',
  },
  {
    ...REFERENCES,
    name: 'refs-replaced',
    guard: 'a picture that was replaced is let go of',
    file: kept,
    from: 'return [...come, ...gone];',
    to: 'return [...come, ...gone.slice(gone.length)];',
  },
  {
    invariant: 'references',
    name: 'read-deleted',
    guard: 'a deleted message shows nothing',
    file: links,
    from: "message.b.type !== 'deleted' && mediaIdsIn(message).includes(mediaId)",
    to: "(message.b.type === 'deleted' || mediaIdsIn(message).includes(mediaId))",
    test: 'test/table/media-readers.test.ts',
    needs: 'emulator',
  },
  {
    invariant: 'references',
    name: 'read-blocked',
    guard: 'what somebody sends whom one has blocked is not shown by it',
    file: links,
    from: '!unwanted.has(u) && ',
    to: '',
    test: 'test/table/media-readers.test.ts',
    needs: 'emulator',
  },
  {
    ...CLEANUP,
    name: 'clean-grace',
    guard: 'what nothing shows is kept for its time',
    file: lifecycle,
    from: 'return since + grace;',
    to: 'return since;',
  },
  {
    ...CLEANUP,
    name: 'clean-shown',
    guard: 'a link that nobody counted keeps a media',
    file: clean,
    from: ' || (await isLinked(tenant, mediaId))',
    to: '',
  },
  {
    ...CLEANUP,
    name: 'clean-held',
    guard: 'a legal hold keeps media',
    file: clean,
    from: '(await findHold(tenant, undefined)) || ',
    to: '',
  },
  {
    ...CLEANUP,
    name: 'clean-dry',
    guard: 'a dry run removes nothing',
    file: clean,
    from: 'if (dryRun) return done({ removed: 1, bytes: media.bytes });',
    to: '',
  },
  {
    ...CLEANUP,
    name: 'remove-shown',
    guard: 'an owner removes nothing that is shown',
    file: remove,
    from: 'if (shown && !isAdmin)',
    to: 'if (shown && isAdmin && !media)',
  },
  {
    ...CLEANUP,
    name: 'remove-foreign',
    guard: 'nobody else removes a media',
    file: remove,
    from: '(media.ownerId !== userId && !isAdmin)',
    to: '(media.ownerId !== userId && isAdmin && !media)',
  },
  {
    ...CLEANUP,
    name: 'reconcile-young',
    guard: 'what may be on its way is left alone',
    file: reconcile,
    from: 'object.at < at - LEAST_GRACE_MS',
    to: 'object.at <= at + LEAST_GRACE_MS',
  },
  {
    ...CLEANUP,
    name: 'reconcile-dead',
    guard: 'a link without its message is dead',
    file: repair,
    from: 'if (item?.ty !== MessageEntity.type || seqOf(item.sk) !== seq) return true;',
    to: 'if (item?.ty !== MessageEntity.type || seqOf(item.sk) !== seq) return false;',
  },
];
