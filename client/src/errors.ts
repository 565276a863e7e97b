import type { ErrorCode } from './contract.ts';

/** What can go wrong on this side of the wire. */
type LocalCode = 'network.failed' | 'network.timeout' | 'socket.closed' | 'upload.failed' | 'upload.aborted';

/** The problem document of a refusal (RFC 9457), or what stands for one where no answer came. */
export interface Problem {
  /** 0 where there was no answer: nobody knows what the server did. */
  readonly status: number;
  readonly code: ErrorCode | LocalCode | (string & {});
  readonly title: string;
  readonly requestId?: string | undefined;
  readonly issues?: readonly { readonly path: string; readonly message: string }[] | undefined;
  /** What else the refusal says, by name (`serverTime`, `current`, `storedHash` …). */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds after which to try again, where the server says so. */
  readonly retryAfterMs?: number | undefined;
}

/** A request or a command that was refused, or of which nobody knows what became. Switch on `code`. */
export class ParleyError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(`${problem.code}: ${problem.title}`, options);
    this.name = 'ParleyError';
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): Problem['code'] {
    return this.problem.code;
  }

  /** Asking again gives the same answer. */
  get isFinal(): boolean {
    const { status } = this.problem;
    return status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);
  }
}

/** Whatever was thrown, as an error of ours. */
export const asParleyError = (error: unknown): ParleyError =>
  error instanceof ParleyError
    ? error
    : new ParleyError(
        { status: 0, code: 'network.failed', title: error instanceof Error ? error.message : String(error) },
        { cause: error },
      );
