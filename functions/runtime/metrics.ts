import { type Counted, MEASURES, METRIC_NAMESPACE, METRICS, type Measured } from '#contract/metrics.ts';

/**
 * Figures in CloudWatch's embedded metric format: they ride on a line that is logged anyway, and CloudWatch takes them out
 * of it. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export interface Embedded {
  readonly _aws: {
    /** Milliseconds since 1970. */
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      /** Names of fields of the line; each list is counted apart. */
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: 'Count' | 'Milliseconds' }[];
    }[];
  };
  readonly function: string;
  readonly [metric: string]: unknown;
}

/** One request at a time in a function, so what was counted since the last line belongs to the next one. */
const counts = new Map<Counted, number>();

/** Counts something that happened, `by` times; the next line that is logged with `countedSince` carries it. */
export const count = (what: Counted, by = 1): void => {
  if (by > 0) counts.set(what, (counts.get(what) ?? 0) + by);
};

/** Values of one metric that a line may hold. */
const MOST_VALUES = 100;

const values = new Map<Measured, number[]>();

/** Notes a value; the next line that is logged with `countedSince` carries it, with up to a hundred of its kind. */
export const measure = (what: Measured, value: number): void => {
  const known = values.get(what) ?? [];
  if (known.length < MOST_VALUES) known.push(value);
  values.set(what, known);
};

const measurement = (what: Measured) => ({ Name: MEASURES[what][0], Unit: MEASURES[what][1] });
const metric = (what: Counted) => ({ Name: METRICS[what], Unit: 'Count' as const });

/**
 * What was counted and measured since it was last asked, as fields for a line; none when nothing was. `refused`: the line's `code` is
 * what a request was refused with.
 */
export function countedSince({ refused = false }: { readonly refused?: boolean } = {}): Embedded | undefined {
  if (refused) count('refused');
  const found = [...counts];
  const measured = [...values];
  counts.clear();
  values.clear();
  if (found.length + measured.length === 0) return undefined;
  const names = found.map(([what]) => what);
  return {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [['function']],
          Metrics: [...names.map(metric), ...measured.map(([what]) => measurement(what))],
        },
        ...(names.includes('refused')
          ? [{ Namespace: METRIC_NAMESPACE, Dimensions: [['function', 'code']], Metrics: [metric('refused')] }]
          : []),
      ],
    },
    function: process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? 'local',
    ...Object.fromEntries(found.map(([what, times]) => [METRICS[what], times])),
    ...Object.fromEntries(measured.map(([what, all]) => [MEASURES[what][0], all])),
  };
}
