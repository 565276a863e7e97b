import * as z from 'zod';

/** Plug-ins for analysis that an engine may have; without them what every engine has stands in. */
export const ANALYSIS_PLUGINS = ['icu', 'kuromoji', 'nori', 'smartcn', 'stempel', 'ukrainian'] as const;
export type AnalysisPlugin = (typeof ANALYSIS_PLUGINS)[number];

/** What a deployment decides about its search indices: as JSON in the environment of the functions that create one. */
export const IndexOptions = z.strictObject({
  analysis: z.array(z.enum(ANALYSIS_PLUGINS)).default([]),
  shards: z.coerce.number().int().min(1).max(100).default(3),
  /** Seconds until what was written can be found. */
  refreshSeconds: z.coerce.number().int().min(1).max(300).default(1),
  /** Days for which the index before the last reindex is kept, so that it can be gone back to. */
  keepDays: z.coerce.number().int().min(0).max(90).default(7),
});
export type IndexOptions = z.output<typeof IndexOptions>;
