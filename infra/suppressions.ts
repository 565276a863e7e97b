import type { Config } from './config.ts';
import type { Parley } from './parley.ts';

export function acknowledge(_parley: Parley, _config: Config): void {}
