import type { Call } from './http.ts';
import type { Ledger } from './ledger.ts';
import type { Snapshots } from './snapshots.ts';
import type { Store } from './store.ts';
import type { Timers } from './timers.ts';

/** What it takes to fetch something that is shown, and to put it where it is shown. */
export interface Fetching {
  readonly call: Call;
  readonly timers: Timers;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly snapshots: Snapshots;
}
