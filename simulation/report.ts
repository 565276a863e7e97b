import type { Report } from './campaign.ts';
import { FAULTS, type Fault } from './cloud/faults.ts';

/** What a campaign came to, as text. */
export function reportOf({ steps, worlds, trace, struck, failed, cpu, ms }: Report, world: number): string {
  const faults = (Object.keys(FAULTS) as Fault[]).map(
    (fault) => `  ${String(struck[fault] ?? 0).padStart(9)} ${fault}`,
  );
  const rate = Math.round(steps / (ms / 1_000));
  const lines = [
    ...faults,
    `${steps} operations in ${worlds} worlds, trace ${trace}`,
    `${(ms / 1_000).toFixed(1)} s, ${rate} operations a second, ${Math.round((cpu * 1_000) / steps)} µs of processor each`,
  ];
  if (failed?.violation)
    lines.push(
      `BROKEN in world ${failed.seed}: ${failed.violation.message}`,
      `Again: npm run simulate -- --seed ${failed.seed} --ops ${world} --trace`,
    );
  return lines.join('\n');
}
