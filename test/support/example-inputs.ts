import type * as z from 'zod';
import type { api } from '#contract/api.ts';

/** What each operation of each service takes. */
export type Inputs = {
  readonly [S in keyof typeof api]: {
    readonly [N in keyof (typeof api)[S]]: (typeof api)[S][N] extends { readonly input: infer I extends z.ZodType }
      ? z.input<I>
      : never;
  };
};
