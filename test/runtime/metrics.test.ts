import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { ERRORS } from '#contract/errors.ts';
import { MEASURES, METRICS } from '#contract/metrics.ts';
import { log } from '#runtime/log.ts';
import { count, countedSince, measure } from '#runtime/metrics.ts';

/**
 * The rules of the embedded metric format, as its specification has them:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const Name = z.string().min(1).max(1_024);
const Figures = z.union([z.number(), z.array(z.number()).min(1).max(100)]);
const Line = z
  .looseObject({
    _aws: z.object({
      Timestamp: z.int().min(1_500_000_000_000),
      CloudWatchMetrics: z.array(
        z.object({
          Namespace: Name.regex(/^[^:]/),
          Dimensions: z.array(z.array(Name.max(250)).max(30)).min(1),
          Metrics: z.array(z.object({ Name, Unit: z.enum(['Count', 'Milliseconds']) })).max(100),
        }),
      ),
    }),
  })
  .superRefine((line, { addIssue }) => {
    for (const { Dimensions, Metrics } of line._aws.CloudWatchMetrics) {
      for (const name of Dimensions.flat())
        if (!Name.safeParse(line[name]).success)
          addIssue({ code: 'custom', message: `dimension ${name} has no value` });
      for (const { Name: metric } of Metrics)
        if (!Figures.safeParse(line[metric]).success)
          addIssue({ code: 'custom', message: `metric ${metric} has no figure` });
    }
  });

const written = vi.spyOn(process.stdout, 'write');
const lines = () => written.mock.calls.map(([text]) => String(text));

beforeEach(() => {
  countedSince();
  written.mockReset();
  written.mockReturnValue(true);
});

describe('figures in a line', () => {
  it('keep to the embedded metric format, on the line that is logged anyway', () => {
    count('sent');
    count('delivered', 3);
    count('delivered', 2);
    log.info('request', { code: undefined, tenant: 'T#acme' }, countedSince());
    expect(lines()).toHaveLength(1);
    const line = Line.parse(JSON.parse(lines()[0]!));
    expect(line).toMatchObject({ event: 'request', MessagesSent: 1, Delivered: 5 });
    expect(line._aws.CloudWatchMetrics).toHaveLength(1);
  });

  it('carry values, a hundred of a kind at most, each with its unit', () => {
    for (let value = 0; value < 150; value++) measure('pushLatency', value);
    measure('gathered', 4);
    count('sent');
    log.info('request', {}, countedSince());
    const line = Line.parse(JSON.parse(lines()[0]!));
    expect(line).toMatchObject({ MessagesSent: 1, EventsPerFrame: [4] });
    expect(line['PushLatency']).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(line._aws.CloudWatchMetrics[0]!.Metrics).toEqual([
      { Name: 'MessagesSent', Unit: 'Count' },
      { Name: 'PushLatency', Unit: 'Milliseconds' },
      { Name: 'EventsPerFrame', Unit: 'Count' },
    ]);
    expect(countedSince()).toBeUndefined();
  });

  it('count a refusal by its code too', () => {
    for (const code of Object.keys(ERRORS)) {
      log.info('request', { code }, countedSince({ refused: true }));
      const line = Line.parse(JSON.parse(lines().at(-1)!));
      expect(line).toMatchObject({ Refused: 1, code });
      expect(line._aws.CloudWatchMetrics.map(({ Dimensions }) => Dimensions)).toEqual([
        [['function']],
        [['function', 'code']],
      ]);
    }
  });

  it('are never counted by tenant or user', () => {
    for (const what of Object.keys(METRICS) as (keyof typeof METRICS)[]) count(what);
    const dimensions = countedSince({ refused: true })!._aws.CloudWatchMetrics.flatMap((part) =>
      part.Dimensions.flat(),
    );
    expect(new Set(dimensions)).toEqual(new Set(['function', 'code']));
  });

  it('are said once, and a line with nothing to say has none', () => {
    expect(countedSince()).toBeUndefined();
    count('reactions');
    expect(countedSince()).toMatchObject({ ReactionsAdded: 1 });
    expect(countedSince()).toBeUndefined();
    count('queued', 0);
    expect(countedSince()).toBeUndefined();
  });

  it('do not touch the other fields of a line', () => {
    const names: string[] = [...Object.values(METRICS), ...Object.values(MEASURES).map(([name]) => name)];
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(['level', 'time', 'event', 'code', 'route', 'status', 'ms']).not.toContain(name);
  });
});
