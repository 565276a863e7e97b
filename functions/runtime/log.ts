import type { Embedded } from './metrics.ts';

/** What a line may say. Never a token, a ticket, a URL with a signature or the text of a message. */
export type Line = Readonly<Record<string, string | number | boolean | null | undefined>>;

const write = (level: 'info' | 'warn' | 'error', event: string, line: Line, figures?: Embedded): void => {
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), event, ...line, ...figures })}\n`);
};

/** One JSON line an event, to CloudWatch. */
export const log = {
  /** `figures`: what was counted, in the embedded metric format. */
  info: (event: string, line: Line = {}, figures?: Embedded): void => write('info', event, line, figures),
  warn: (event: string, line: Line = {}): void => write('warn', event, line),
  /** With the error's own text and stack, which callers never see. */
  error: (event: string, error: unknown, line: Line = {}): void => {
    const known = error instanceof Error ? error : new Error(String(error));
    write('error', event, { ...line, error: known.name, message: known.message, stack: known.stack });
  },
};
