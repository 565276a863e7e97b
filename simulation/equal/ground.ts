import type { Host } from '#client/host.ts';

/** Whom a client program belongs to. `moderator`: of the tenant. */
export interface Owner {
  readonly userId: string;
  readonly device: string;
  readonly moderator?: boolean;
}

/** The way between one client program and the service. */
export interface Way {
  readonly url: string;
  readonly host: Partial<Host>;
  readonly getToken: () => string | Promise<string>;
  /** Its sockets end. `unnoticed`: the service does not hear of it, or not soon. */
  readonly cut: (unnoticed: boolean) => void;
  /** The page has come back: the program looks at once whether its socket lives, and what moved. */
  readonly wake: () => void;
}

/** Told of every frame that goes over a socket, as text. */
export interface Ears {
  readonly heard: (frame: string) => void;
  readonly said: (frame: string) => void;
}

/** Where clients meet the service: a world in this process, or one that is deployed. */
export interface Ground {
  readonly way: (owner: Owner, ears: Ears) => Way;
  /** Milliseconds since 1970, as the service has it. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** Runs something as a program of its own. */
  readonly as: <T>(owner: Owner, run: () => Promise<T>) => Promise<T>;
  /** Times that a device is looked at until it shows what it should: once where everything has ended by then. */
  readonly looks: number;
  /** A picture to upload. */
  readonly picture: () => Blob;
}
