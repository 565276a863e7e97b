/** One guard of the code taken away, and the test that must notice. */
export interface Mutant {
  /** Short and unique, for `--only`. */
  readonly name: string;
  /** The invariant (I1…I12 of the design) or the promise that the guard keeps. */
  readonly invariant: string;
  /** What the guard does, in a few words. */
  readonly guard: string;
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** Test file that fails without the guard; `tsc` for a guard that is a type, `simulate` for what the simulator notices. */
  readonly test: string;
  /** What the test needs besides this process. */
  readonly needs?: 'emulator' | 'search';
}

/** How often the mutant's text stands in the source; it applies only when that is once. */
export const occurrences = (source: string, { from }: Mutant): number => source.split(from).length - 1;
