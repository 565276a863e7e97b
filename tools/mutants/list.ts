import { LOG_MUTANTS } from './log.ts';
import type { Mutant } from './mutant.ts';
import { RUNTIME_MUTANTS } from './runtime.ts';
import { TABLE_MUTANTS } from './table.ts';

/** Every mutant, in the order of the design. */
export const MUTANTS: readonly Mutant[] = [...LOG_MUTANTS, ...RUNTIME_MUTANTS, ...TABLE_MUTANTS];
