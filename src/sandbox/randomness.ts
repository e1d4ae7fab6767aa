import { customRandom } from 'nanoid'
import { hasScannerMark } from '../openai-api/admin-api-keys/secret.ts'
import { type ByteSource, createSecureBytes, createSeededBytes } from './random-bytes.ts'

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** What is drawn of its own, so that one more of the others does not change the next. */
export const streams = ['key_id', 'key_value', 'owner_id', 'organization_id', 'request_id'] as const
export type Stream = (typeof streams)[number]

/** How many bytes each stream has given. Empty for what is cryptographically random. */
export type RandomPositions = Partial<Record<Stream, number>>

/** Everything that a sandbox draws by chance, in the formats of the API. */
export interface Randomness {
  keyId(): string
  /** 133 characters, never with the mark by which scanners know a real key. */
  keyValue(): string
  userId(): string
  serviceAccountId(): string
  organizationId(): string
  requestId(): string
  /** To go on from with another. */
  positions(): RandomPositions
}

/** `seed` makes the same sequence each time, on from what had been `drawn`; without it nobody can foresee it. */
export function createRandomness(seed?: number, positions: RandomPositions = {}): Randomness {
  return seed === undefined ? createSecureRandomness() : createSeededRandomness(seed, positions)
}

function createSecureRandomness(): Randomness {
  const bytes = createSecureBytes()
  return { ...createFormats(() => bytes, createHexDigits(bytes)), positions: () => ({}) }
}

function createSeededRandomness(seed: number, positions: RandomPositions): Randomness {
  const sources = new Map(
    streams.map((stream) => [stream, createSeededBytes(`${seed}/${stream}`, positions[stream] ?? 0)]),
  )
  const bytesOf = (stream: Stream) => (length: number) => sources.get(stream)?.bytes(length) ?? Buffer.alloc(0)
  const requestBytes = bytesOf('request_id')
  return {
    ...createFormats(bytesOf, (count) => requestBytes(count / 2).toString('hex')),
    positions: () => Object.fromEntries([...sources].map(([stream, { position }]) => [stream, position()])),
  }
}

/** The draws from such bytes. */
export function createFormats(bytesOf: (stream: Stream) => ByteSource, hexDigits: (count: number) => string) {
  const keyId = customRandom(alphanumeric, 16, bytesOf('key_id'))
  const ownerId = customRandom(alphanumeric, 24, bytesOf('owner_id'))
  const organizationId = customRandom(alphanumeric, 24, bytesOf('organization_id'))
  const secretBytes = bytesOf('key_value')
  // 124 characters of A-Z, a-z, 0-9, "-" and "_".
  const secret = () => secretBytes(93).toString('base64url')
  return {
    keyId: () => `key_${keyId()}`,
    keyValue() {
      let value = `sk-admin-${secret()}`
      while (hasScannerMark(value)) value = `sk-admin-${secret()}`
      return value
    },
    userId: () => `user-${ownerId()}`,
    serviceAccountId: () => `sa_${ownerId()}`,
    organizationId: () => `org-${organizationId()}`,
    requestId: () => `req_${hexDigits(32)}`,
  }
}

// Every request draws an id, and a slice of a text is cheaper than a buffer and its conversion.
function createHexDigits(bytes: ByteSource): (count: number) => string {
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
