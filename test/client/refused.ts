/** What the model answers instead of carrying an operation out. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, details = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}
