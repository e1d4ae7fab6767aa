// Each bucket is 5 % wider than the one before: a million numbers need no memory.
const growth = Math.log(1.05)
const smallestMs = 0.01

/** Latencies in milliseconds, counted in buckets. */
export class Latencies {
  readonly #buckets: number[] = []
  #count = 0

  add(ms: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(ms / smallestMs) / growth))
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#count++
  }

  /** Returns the latency that a part of the requests does not exceed. */
  percentile(part: number): number {
    let seen = 0
    for (const [bucket, count = 0] of this.#buckets.entries()) {
      seen += count
      if (seen >= part * this.#count) return smallestMs * Math.exp(bucket * growth)
    }
    return Number.NaN
  }
}
