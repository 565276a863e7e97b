import type { Host } from './host.ts';
import type { TokenProvider } from './http.ts';
import type { Storage } from './storage.ts';

/** What a client is made with. */
export interface ParleyOptions {
  /** The address of the API, with its version: `https://…/v1`. */
  readonly url: string;
  /** Gives the user's token, again and again; keep it, and get another when `expired`. */
  readonly getToken: TokenProvider;
  /** Who the token is for; asked for where it is not said. */
  readonly userId?: string;
  /** Where the state is kept between two starts; without it, nowhere. */
  readonly storage?: Storage;
  /** In place of what the machine has: network, time, chance. */
  readonly host?: Partial<Host>;
}
