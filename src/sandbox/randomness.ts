import { randomFillSync } from 'node:crypto'
import { customRandom, urlAlphabet } from 'nanoid'
import { looksReal } from '../admin-api-keys/secret.ts'

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Everything that a sandbox draws by chance, in the formats of the API. */
export interface Randomness {
  keyId(): string
  /** 133 characters, never with the mark by which scanners know a real key. */
  keyValue(): string
  userId(): string
  serviceAccountId(): string
  organizationId(): string
  requestId(): string
}

/** `bytes` gives so many random bytes: by default from the system's cryptographic source. */
export function createRandomness(bytes: (length: number) => Buffer = createBytes()): Randomness {
  const keyId = customRandom(alphanumeric, 16, bytes)
  const ownerId = customRandom(alphanumeric, 24, bytes)
  const hexDigits = createHexDigits(bytes)
  const secret = customRandom(urlAlphabet, 124, bytes)
  return {
    keyId: () => `key_${keyId()}`,
    keyValue() {
      let value = `sk-admin-${secret()}`
      while (looksReal(value)) value = `sk-admin-${secret()}`
      return value
    },
    userId: () => `user-${ownerId()}`,
    serviceAccountId: () => `sa_${ownerId()}`,
    organizationId: () => `org-${ownerId()}`,
    requestId: () => `req_${hexDigits(32)}`,
  }
}

// Every request draws an id, and a slice of a text is cheaper than a buffer and its conversion.
function createHexDigits(bytes: (length: number) => Buffer): (count: number) => string {
  let digits = ''
  let used = 0
  return (count) => {
    if (used + count > digits.length) {
      digits = bytes(1024).toString('hex')
      used = 0
    }
    used += count
    return digits.slice(used - count, used)
  }
}

// One call to the system for many draws: a call costs more than what is drawn.
const poolSize = 8192

function createBytes(): (length: number) => Buffer {
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
