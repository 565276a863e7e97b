import type { Stack } from '#local/instance.ts';
import type { World } from './world.ts';

/** What a group is run with. */
export interface Context {
  /** Fewer repetitions, for a look while working. */
  readonly quick: boolean;
  /** Functions in this process, made when first asked for. */
  readonly world: () => Promise<World>;
  /** What runs; undefined when only rows that need nothing are wanted. */
  readonly stack: Stack | undefined;
  /** The folder of the stack file: the issuer keeps its keys there. */
  readonly directory: string;
  /** Figures that later groups count on, by name. */
  readonly figures: Map<string, number>;
}
