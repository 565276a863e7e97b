import type { Mutant } from './mutant.ts';

const consumer = 'functions/runtime/consumer.ts';
const bus = 'functions/gateways/event-bus.ts';
const published = 'functions/stream/published-event.ts';
const inspect = 'functions/api/health/inspect.ts';
const vitals = 'functions/gateways/vitals.ts';

const consumerTest = 'test/stream/consumer.test.ts';
const indexTest = 'test/stream/index-search.test.ts';
const eventsTest = 'test/stream/publish-events.test.ts';
const healthTest = 'test/api/health.test.ts';

/** Guards of both stream readers, of search and of readiness. */
export const SEARCH_MUTANTS: readonly Mutant[] = [
  {
    name: 'poison-parked',
    invariant: 'I10',
    guard: 'a record that cannot be read is parked, not passed over',
    file: consumer,
    from: 'unusable.push({ place, reason: z.prettifyError(error) });',
    to: '',
    test: consumerTest,
  },
  {
    name: 'poison-blocks',
    invariant: 'I10',
    guard: 'a record that cannot be read does not block the others',
    file: consumer,
    from: 'if (error instanceof z.ZodError) {',
    to: 'if (false) {',
    test: consumerTest,
  },
  {
    name: 'bug-parked',
    invariant: 'I10',
    guard: 'only what is unreadable may pass: any other failure comes back',
    file: consumer,
    from: 'if (error instanceof z.ZodError) {',
    to: 'if (error instanceof Error) {',
    test: consumerTest,
  },
  {
    name: 'parking-outage',
    invariant: 'I10',
    guard: 'a record that cannot be parked comes back',
    file: consumer,
    from: `        log.warn('consumer.parked', { consumer: name, eventId: records[place]!.eventID, reason });
      } catch (error) {
        failAt(place, textOf(error));`,
    to: `        log.warn('consumer.parked', { consumer: name, eventId: records[place]!.eventID, reason });
      } catch (error) {
        log.error('consumer.parking', error);`,
    test: consumerTest,
  },
  {
    name: 'first-failure',
    invariant: 'I10',
    guard: 'the batch comes back from its first failure',
    file: consumer,
    from: 'if (place >= end) return;',
    to: '',
    test: consumerTest,
  },
  {
    name: 'piece-failed',
    invariant: 'I10',
    guard: 'a piece of work that failed comes back',
    file: consumer,
    from: 'else failAt(place, result.failed);',
    to: '',
    test: consumerTest,
  },
  {
    name: 'piece-rejected',
    invariant: 'I10',
    guard: 'work that is refused for ever is parked',
    file: consumer,
    from: "if ('rejected' in result) unusable.push({ place, reason: result.rejected });",
    to: "if ('rejected' in result) continue;",
    test: consumerTest,
  },
  {
    name: 'piece-unanswered',
    invariant: 'I10',
    guard: 'work without a result counts as failed',
    file: consumer,
    from: "results[index] ?? { failed: 'no result' }",
    to: "results[index] ?? 'done'",
    test: consumerTest,
  },
  {
    name: 'batch-failed',
    invariant: 'I10',
    guard: 'work that failed as a whole comes back',
    file: consumer,
    from: 'failAt(work[0]!.place, textOf(error));',
    to: '',
    test: consumerTest,
  },
  {
    name: 'parked-twice',
    invariant: 'I10',
    guard: 'what comes again is not parked now',
    file: consumer,
    from: 'if (place >= end) break;',
    to: '',
    test: consumerTest,
  },
  {
    name: 'parked-payload',
    invariant: 'I10',
    guard: 'a parked record is kept with its payload',
    file: 'functions/gateways/parking.ts',
    from: 'JSON.stringify({ consumer, reason, record })',
    to: 'JSON.stringify({ consumer, reason, id })',
    test: indexTest,
  },
  {
    name: 'closed-connection',
    invariant: 'Search is allowed to fail',
    guard: 'a closed kept-alive connection is tried once more',
    file: 'functions/aws/signed-fetch.ts',
    from: '.catch((error: unknown) => (isClosedConnection(error) ? send() : Promise.reject(error)))',
    to: '',
    test: indexTest,
  },
  {
    name: 'event-without-text',
    invariant: 'Events say that, not what',
    guard: 'the text of a message does not go on the bus',
    file: published,
    from: 'kind: b.type, mentions: toMentions(m),',
    to: 'kind: b.type, ...({ body: b } as object), mentions: toMentions(m),',
    test: eventsTest,
  },
  {
    name: 'event-once',
    invariant: 'Events say that, not what',
    guard: 'a head that moves is no new conversation',
    file: published,
    from: "op === 'INSERT' ? conversationCreated(change) : undefined",
    to: "op !== 'REMOVE' ? conversationCreated(change) : undefined",
    test: eventsTest,
  },
  {
    name: 'event-retried',
    invariant: 'I10',
    guard: 'only entries that were not taken are sent again',
    file: bus,
    from: "open = open.filter((index) => typeof results[index] === 'object' && 'failed' in results[index]);",
    to: 'open = [];',
    test: eventsTest,
  },
  {
    name: 'event-entries',
    invariant: 'Limits of PutEvents',
    guard: 'a call has at most ten entries',
    file: bus,
    from: 'chunk.length < MOST_ENTRIES && ',
    to: '',
    test: eventsTest,
  },
  {
    name: 'event-bytes',
    invariant: 'Limits of PutEvents',
    guard: 'a call has at most 256 KB',
    file: bus,
    from: ' && bytes + size <= MOST_BYTES',
    to: '',
    test: eventsTest,
  },
  {
    name: 'ready-patience',
    invariant: 'Readiness never hangs',
    guard: 'a part that hangs is given up',
    file: inspect,
    from: 'await Promise.race([check(signal), giveUp(signal)]);',
    to: 'await check(signal);',
    test: healthTest,
  },
  {
    name: 'ready-secret',
    invariant: 'Readiness reveals nothing',
    guard: 'the text of an error stays in the log',
    file: inspect,
    from: "error instanceof Error ? error.name : 'unknown'",
    to: 'String(error)',
    test: healthTest,
  },
  {
    name: 'ready-status',
    invariant: 'Readiness tells the truth',
    guard: 'one failed part degrades the whole',
    file: inspect,
    from: 'parts.every(',
    to: 'parts.some(',
    test: healthTest,
  },
  {
    name: 'ready-engine',
    invariant: 'Readiness tells the truth',
    guard: 'the engine itself is asked, not only about it',
    file: vitals,
    from: '      pingSearch(),\n',
    to: '',
    test: healthTest,
  },
];
