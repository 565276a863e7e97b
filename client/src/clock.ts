import type { Host } from './host.ts';

/** Bytes as base64url without padding. */
const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** The server's time, as far as it is known, and ids minted on it. */
export class ServerClock {
  readonly #host: Pick<Host, 'now' | 'randomBytes'>;
  #offset: number;
  /** How far the offset may be off, in milliseconds. */
  #doubt = Number.POSITIVE_INFINITY;

  constructor(host: Pick<Host, 'now' | 'randomBytes'>, offset = 0) {
    this.#host = host;
    this.#offset = offset;
  }

  /** Milliseconds by which the server's clock is ahead of this machine's. */
  get offset(): number {
    return this.#offset;
  }

  /** Milliseconds since 1970 on the server. */
  now(): number {
    return this.#host.now() + this.#offset;
  }

  /** Learns from an answer that bears the server's time; `askedAt` is when it was asked for, by this machine's clock. */
  learn(serverTime: string, askedAt: number): void {
    const now = this.#host.now();
    const at = Date.parse(serverTime);
    const doubt = Math.max(0, now - askedAt) / 2;
    const offset = at - (askedAt + now) / 2;
    // A slow answer says less than a quick one did; one that contradicts it says that this machine's clock was set.
    if (doubt > this.#doubt && Math.abs(offset - this.#offset) <= doubt + this.#doubt) return;
    this.#offset = offset;
    this.#doubt = doubt;
  }

  /** The server says what time it is now. */
  correct(serverNow: number): void {
    this.#offset = serverNow - this.#host.now();
    this.#doubt = Number.POSITIVE_INFINITY;
  }

  /** A UUIDv7 (RFC 9562, 5.7) in base64url, on the server's time. */
  mint(): string {
    const bytes = this.#host.randomBytes(16);
    let ms = Math.max(0, Math.floor(this.now()));
    for (let index = 5; index >= 0; index--) {
      bytes[index] = ms % 256;
      ms = Math.floor(ms / 256);
    }
    bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
    bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
    return base64url(bytes);
  }

  /** A name for this device: made up once and kept. */
  mintDevice(): string {
    return `dev_${base64url(this.#host.randomBytes(16))}`;
  }
}

/** The time in a client id, milliseconds since 1970. */
export function timeOfId(clientId: string): number {
  const bytes = atob(clientId.slice(0, 8).replaceAll('-', '+').replaceAll('_', '/'));
  return [...bytes].reduce((time, byte) => time * 256 + byte.charCodeAt(0), 0);
}
