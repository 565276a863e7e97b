import { mediaRows as figures } from '../media.ts';
import { recordingFigures } from '../recordings.ts';
import type { Row } from '../row.ts';

/** The budgets of part 9 of the design, by the figure's name. */
const BUDGETS: Readonly<Record<string, number>> = {
  'on top of decode': 100,
  'peak memory of the process': 512,
  'memory of the function': 300,
};

/** The figures of `bench/media.ts` and `bench/recordings.ts` against their budgets. */
export async function mediaRows(): Promise<Row[]> {
  return [...(await figures()), ...(await recordingFigures())].map(({ metric, value, unit }) => {
    const budget = Object.entries(BUDGETS).find(([name]) => metric.endsWith(name))?.[1];
    return { name: metric, measured: value, unit, ...(budget === undefined ? {} : { budget }) };
  });
}
