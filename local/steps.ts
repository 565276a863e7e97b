const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** What a running step may tell: a note beside its name while it lasts, and an ending that says what came of it. */
export interface Progress {
  note(text: string): void;
  done(text: string): void;
}

/**
 * Shows a step with its time while it lasts: a moving line on a terminal, one plain line at its end elsewhere.
 * The step's error is passed on after the line is marked as failed.
 */
export async function step<T>(name: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  const began = performance.now();
  const live = process.stdout.isTTY === true;
  let note = '';
  let ending = '';
  let frame = 0;
  const draw = () => {
    const width = process.stdout.columns || 80;
    const line = `${FRAMES[frame++ % FRAMES.length]} ${name}  ${seconds(began)}  ${note}`;
    process.stdout.write(`\r\x1b[K${line.slice(0, width - 1)}`);
  };
  const timer = live ? setInterval(draw, 120) : undefined;
  const finish = (mark: string) => {
    clearInterval(timer);
    if (live) process.stdout.write('\r\x1b[K');
    console.log(`${mark} ${name.padEnd(28)} ${seconds(began).padStart(7)}${ending ? `  ${ending}` : ''}`);
  };
  try {
    const result = await work({
      note: (text) => {
        note = text;
      },
      done: (text) => {
        ending = text;
      },
    });
    finish('✓');
    return result;
  } catch (error) {
    finish('✗');
    throw error;
  }
}
