/** A hostile or odd file, what it claims to be, and what must become of it. */
export interface Odd {
  readonly name: string;
  readonly contentType: string;
  readonly data: Buffer;
  /** `ready`, `quarantined`, or why it is rejected; several where decoders may differ. */
  readonly ends: readonly string[];
}

export const text = (value: string): Buffer => Buffer.from(value);
