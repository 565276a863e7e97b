/** Something the person at the machine can mend. The message is one sentence that says what to do. */
export class Problem extends Error {
  override readonly name = 'Problem';
}

/**
 * Runs a command: a `Problem` is printed as its sentence, anything else with its stack, and either ends the process with 1.
 * A number returned becomes the exit code.
 */
export async function main(command: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await command()) ?? 0;
  } catch (error) {
    console.error(error instanceof Problem ? error.message : error);
    process.exitCode = 1;
  }
}
