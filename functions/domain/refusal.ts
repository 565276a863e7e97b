import { ERRORS, type ErrorCode } from '#contract/errors.ts';

/**
 * A "no" that the caller may read: a code of `contract/errors.ts` and details that go into the problem document.
 * Everything else that is thrown becomes a 500 without text.
 */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, details: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(ERRORS[code][1], options);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
}
