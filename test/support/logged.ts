import { afterEach, beforeEach, vi } from 'vitest';

/** Keeps what functions log out of the terminal and gives it to the test: the lines so far, read from JSON. */
export function useLog(): () => Record<string, unknown>[] {
  let lines: string[] = [];
  beforeEach(() => {
    lines = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      lines.push(String(text));
      return true;
    });
  });
  afterEach(() => {
    vi.mocked(process.stdout.write).mockRestore();
  });
  return () => lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
}
