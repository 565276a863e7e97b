/** Chance that the same seed gives again: sfc32 (Chris Doty-Humphrey, PractRand), filled from the seed by splitmix32. */
export class Chance {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(seed: number) {
    let state = seed >>> 0;
    const fill = (): number => {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) | 0;
    };
    [this.#a, this.#b, this.#c] = [fill(), fill(), fill()];
    for (let round = 0; round < 12; round++) this.bits();
  }

  /** 32 random bits. */
  bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }

  /** In [0, 1). */
  real(): number {
    return this.bits() / 0x1_0000_0000;
  }

  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number {
    return Math.floor(this.real() * below);
  }

  between(low: number, high: number): number {
    return low + this.real() * (high - low);
  }

  /** True that often. */
  is(probability: number): boolean {
    return this.real() < probability;
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!;
  }

  /** A time (ms): mostly short, now and then long, over all orders of magnitude between. */
  spread(low: number, high: number): number {
    return low * (high / low) ** this.real();
  }

  fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 4) {
      const bits = this.bits();
      for (let part = 0; part < 4 && at + part < bytes.length; part++) bytes[at + part] = (bits >>> (8 * part)) & 0xff;
    }
  }
}
