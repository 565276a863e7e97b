/** One line of the table. */
export interface Row {
  readonly name: string;
  /** Null when it could not be measured; the note says why. */
  readonly measured: number | null;
  readonly unit: string;
  /** The most it may be. */
  readonly budget?: number;
  /** How it was measured, or what it is made of. */
  readonly note?: string;
}

/** Whether a row keeps its budget; undefined when it has none or was not measured. */
export const isWithin = ({ measured, budget }: Row): boolean | undefined =>
  measured === null || budget === undefined ? undefined : measured <= budget + 1e-9;

const number = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3 });

const VERDICTS = { true: 'yes', false: 'NO', undefined: '' } as const;

/** The rows of a group as text, in columns. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.name,
    row.measured === null ? '-' : `${number(row.measured)} ${row.unit}`,
    row.budget === undefined ? '' : `≤ ${number(row.budget)}`,
    VERDICTS[`${isWithin(row)}`],
    row.note ?? '',
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map(
      (line) =>
        `  ${line
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}`,
    )
    .join('\n');
}

/** The middle of some figures. */
export const median = (values: readonly number[]): number => percentile(values, 50);

/** The figure that `percent` of them do not exceed (nearest rank). */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** The mean of some figures. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
