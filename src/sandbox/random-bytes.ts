import { hash, randomFillSync } from 'node:crypto'

/** So many random bytes. */
export type ByteSource = (length: number) => Buffer

// One call to the system for many draws: a call costs more than what is drawn.
const poolSize = 8192

/** Bytes of the system's cryptographic source. */
export function createSecureBytes(): ByteSource {
  const pool = Buffer.allocUnsafe(poolSize)
  let used = poolSize
  return (length) => {
    if (used + length > poolSize) {
      randomFillSync(pool)
      used = 0
    }
    used += length
    return pool.subarray(used - length, used)
  }
}

const blockSize = 32

/** The same bytes for the same name, from any position on: SHA-256 of the name and the number of each block. */
export function createSeededBytes(name: string, position: number): { bytes: ByteSource; position: () => number } {
  let at = position
  return {
    bytes(length) {
      const first = Math.floor(at / blockSize)
      const count = Math.ceil((at + length) / blockSize) - first
      const blocks = Array.from({ length: count }, (_, n) => hash('sha256', `${name}/${first + n}`, 'buffer'))
      const start = at - first * blockSize
      at += length
      return Buffer.concat(blocks).subarray(start, start + length)
    },
    position: () => at,
  }
}
