import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PUBLISHED_TYPES, type PublishedEvent } from '#contract/published-events.ts';
import { healthAfter, pauseAfter, RETRY_SECONDS } from '#domain/webhook.ts';
import { Letter } from '#domain/webhook-work.ts';
import { eventIdOf } from '#functions/hooks/journal.ts';
import { enveloped, messageEvent } from '#test/support/webhooks.ts';

type MessageCreated = Extract<PublishedEvent, { type: 'message.created' }>['detail'];

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('attempts', () => {
  it('are made for about a day, further and further apart, and then no more', () => {
    fc.assert(
      fc.property(fc.array(random, { minLength: 10, maxLength: 10 }), (randoms) => {
        const pauses = randoms.map((value, index) => pauseAfter(index + 1, value)!);
        const hours = pauses.reduce((sum, pause) => sum + pause, 0) / 3_600;
        expect(hours).toBeGreaterThan(18);
        expect(hours).toBeLessThan(30);
        for (const [index, pause] of pauses.entries())
          expect(Math.abs(pause - RETRY_SECONDS[index]!)).toBeLessThanOrEqual(RETRY_SECONDS[index]! * 0.2 + 1);
      }),
    );
    expect(pauseAfter(RETRY_SECONDS.length + 1, 0.5)).toBeUndefined();
  });

  it('are not all made at the same time', () => {
    const pauses = Array.from({ length: 100 }, (_, index) => pauseAfter(6, index / 100));
    expect(new Set(pauses).size).toBeGreaterThan(50);
  });
});

describe('a webhook', () => {
  const hour = 3_600_000;
  it('is disabled when, and only when, nothing was taken for a day, or it is gone', () => {
    const outcome = fc.constantFrom('taken' as const, 'refused' as const, 'refused' as const);
    fc.assert(
      fc.property(fc.array(fc.record({ after: fc.integer({ min: 0, max: 10 * hour }), outcome })), (attempts) => {
        let at = 0;
        let failingSince: number | undefined;
        /** By hand: the first refusal since the last that was taken. */
        let first: number | undefined;
        for (const { after, outcome: came } of attempts) {
          at += after;
          const health = healthAfter(failingSince, came, at);
          const over = came === 'refused' && first !== undefined && at - first >= 24 * hour;
          expect(typeof health === 'object').toBe(over);
          if (over) return;
          first = came === 'taken' ? undefined : (first ?? at);
          if (health === 'failing') failingSince = at;
          if (health === 'well') failingSince = undefined;
          expect(failingSince).toBe(first);
        }
      }),
    );
    expect(healthAfter(undefined, 'gone', 0)).toEqual({ disable: 'gone' });
  });
});

describe('an event', () => {
  it('has an id of its own, and the same one whenever it comes', () => {
    const events = [messageEvent('acme', 1), messageEvent('acme', 2), messageEvent('globex', 1)];
    const { kind: _, mentions: __, ...of } = events[0]!.detail as MessageCreated;
    const all: PublishedEvent[] = [
      ...events,
      { type: 'message.updated', detail: { ...of, version: 2 } },
      { type: 'message.updated', detail: { ...of, version: 3 } },
      { type: 'message.deleted', detail: { ...of, version: 3 } },
    ];
    expect(new Set(all.map(eventIdOf)).size).toBe(all.length);
    expect(eventIdOf(structuredClone(events[0]!))).toBe(eventIdOf(events[0]!));
  });

  it('is read from the envelope of EventBridge, and nothing of another source', () => {
    const event = messageEvent('acme', 1);
    expect(Letter.parse(enveloped(event))).toEqual({ kind: 'event', event });
    expect(Letter.safeParse({ ...enveloped(event), source: 'aws.s3' }).success).toBe(false);
    expect(Letter.safeParse({ ...enveloped(event), 'detail-type': 'message.exploded' }).success).toBe(false);
    expect(PUBLISHED_TYPES).toContain(event.type);
  });
});
