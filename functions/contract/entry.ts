import type { EnvironmentKey } from './environment.ts';
import type { Use } from './uses.ts';

/** What a function is deployed with, besides its code: `infra/` builds the function, its role and its environment from it. */
export interface Entry {
  /** The file that exports `handler`, from the repository's root. */
  readonly file: `functions/${string}.lambda.ts`;
  readonly uses: readonly Use[];
  /** Variables it reads that no use of it brings. */
  readonly environment: readonly EnvironmentKey[];
  /** MB; the share of a processor grows with it, one whole at 1,769. */
  readonly memory: number;
  readonly timeoutSeconds: number;
  /** MB of disk it needs for files of its own; Lambda gives 512 to each function. */
  readonly diskMb?: number;
}
