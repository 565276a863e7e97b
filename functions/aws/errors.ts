/** An error that an AWS service answered with: `code` is the service's own name for it. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** The whole answer. */
  readonly answer: Readonly<Record<string, unknown>>;

  constructor(code: string, status: number, answer: Readonly<Record<string, unknown>> = {}) {
    super(`${code}: ${String(answer.message ?? answer.Message ?? '')}`);
    this.name = code;
    this.code = code;
    this.status = status;
    this.answer = answer;
  }
}

/** The service did not answer in time, or the connection broke: nobody knows whether it did what was asked. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Codes that mean "later": AWS asks for exponential back-off (its SDKs' list, as far as our services send them). */
const THROTTLES: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'LimitExceededException',
  'TransactionInProgressException',
]);

/** True when the same call may succeed a moment later. */
export const isTransient = (error: unknown): boolean =>
  error instanceof NoAnswer ||
  (error instanceof AwsError && (error.status >= 500 || error.status === 429 || THROTTLES.has(error.code)));
