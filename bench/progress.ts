import { Presets, SingleBar } from 'cli-progress';

/** Tells that one more part is done. */
export type Tick = () => void;

/** Shows a bar with the time left while long work lasts: on a terminal only, and gone when it ends. */
export async function withProgress<T>(name: string, total: number, work: (tick: Tick) => Promise<T>): Promise<T> {
  if (process.stdout.isTTY !== true) return work(() => {});
  const bar = new SingleBar(
    { format: `  ${name} {bar} {value}/{total}  {eta_formatted} left`, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  try {
    return await work(() => bar.increment());
  } finally {
    bar.stop();
  }
}
