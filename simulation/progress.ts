import { Presets, SingleBar } from 'cli-progress';

/** A progress bar on a terminal; nothing elsewhere. */
export function bar(total: number): { readonly update: (done: number) => void; readonly stop: () => void } {
  if (!process.stdout.isTTY) return { update: () => undefined, stop: () => undefined };
  const shown = new SingleBar(
    { format: ' {bar} {percentage} % | {value} of {total} operations' },
    Presets.shades_classic,
  );
  shown.start(total, 0);
  return { update: (done) => shown.update(Math.min(done, total)), stop: () => shown.stop() };
}
