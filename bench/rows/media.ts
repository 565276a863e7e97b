import { mediaRows as figures } from '../media.ts';
import type { Row } from '../row.ts';

/** The budgets of part 9 of the design, by the figure's name. */
const BUDGETS: Readonly<Record<string, number>> = {
  'on top of decode': 100,
  'peak memory of the process': 512,
};

/** The figures of `bench/media.ts` against their budgets. */
export async function mediaRows(): Promise<Row[]> {
  return (await figures()).map(({ metric, value, unit }) => {
    const budget = Object.entries(BUDGETS).find(([name]) => metric.endsWith(name))?.[1];
    return { name: metric, measured: value, unit, ...(budget === undefined ? {} : { budget }) };
  });
}
