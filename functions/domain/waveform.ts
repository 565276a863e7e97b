/** Points of a waveform. */
export const POINTS = 256;

/** Buckets kept while samples come; pairs are merged when they are full, so that there are always at least half as many. */
const BUCKETS = 4_096;

/**
 * The loudest sample of each equal part of a sound whose length is not known beforehand, in the same little memory however
 * long it is.
 */
export class Peaks {
  readonly #buckets = new Uint16Array(BUCKETS);
  /** Samples a bucket. */
  #size = 1;
  #samples = 0;

  /** Takes the next samples, signed 16 bit. */
  add(samples: Int16Array): void {
    for (const sample of samples) {
      if (this.#samples === this.#size * BUCKETS) this.#merge();
      const bucket = Math.floor(this.#samples / this.#size);
      const loud = Math.abs(sample);
      if (loud > this.#buckets[bucket]!) this.#buckets[bucket] = loud;
      this.#samples += 1;
    }
  }

  #merge(): void {
    for (let at = 0; at < BUCKETS / 2; at += 1)
      this.#buckets[at] = Math.max(this.#buckets[2 * at]!, this.#buckets[2 * at + 1]!);
    this.#buckets.fill(0, BUCKETS / 2);
    this.#size *= 2;
  }

  /** `POINTS` peaks, 0 (silence) to 255 (full scale). */
  points(): Uint8Array {
    const each = this.#samples / this.#size / POINTS;
    return Uint8Array.from({ length: POINTS }, (_, point) => {
      const from = Math.floor(point * each);
      const to = Math.max(from + 1, Math.ceil((point + 1) * each));
      return Math.round((Math.max(...this.#buckets.subarray(from, to)) / 32_768) * 255);
    });
  }
}
