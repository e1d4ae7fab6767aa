import { createCipheriv, hash, randomFillSync } from 'node:crypto'
import { customRandom } from 'nanoid'
import { once } from '../common/once.ts'
import { digest, hasScannerMark } from '../openai-api/keys/secret.ts'

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Separate sequences, so that generating one more of a kind does not change the others. */
export const streams = [
  'key_id',
  'key_value',
  'owner_id',
  'organization_id',
  'request_id',
  'project_id',
  'service_account_id',
  'project_key_id',
  'project_key_value',
  'audit_event_id',
] as const
export type Stream = (typeof streams)[number]

/** The number of bytes consumed from each stream. Empty for cryptographic randomness. */
export type RandomPositions = Partial<Record<Stream, number>>

export interface ValueRange {
  /** The number of the first value, from 1 to `total`. */
  first: number
  count: number
  total: number
}

/** What is stored of values, without separators. */
export interface UnknownValues {
  /** The SHA-256 of each value. */
  digests: Buffer
  /** The last four characters of each value. */
  ends: Buffer
}

/** Everything that a sandbox generates, in the formats of the API. */
export interface Randomness {
  keyId(): string
  /** Returns 133 characters, never with the marker by which secret scanners recognize a real key. */
  keyValue(): string
  /** Returns key values that are never shown: a range of a series. `isFree` says whether a digest can be used. */
  unknownKeyValues(range: ValueRange, isFree: (sha256: string) => boolean): UnknownValues
  userId(): string
  serviceAccountId(): string
  organizationId(): string
  projectId(): string
  /** Returns the id of a project's service account. */
  projectAccountId(): string
  projectKeyId(): string
  /** Returns the value of a project key that a service account owns: 135 characters. */
  accountKeyValue(): string
  /** Returns the value of a project key that a user owns: 132 characters. */
  userKeyValue(): string
  auditEventId(): string
  requestId(): string
  /** Returns where another instance can continue. */
  positions(): RandomPositions
}

/** `seed` produces the same sequence each time, continuing at `positions`; without it, values are cryptographically random. */
export function createRandomness(seed?: number, positions: RandomPositions = {}): Randomness {
  return seed === undefined ? secureRandomness() : createSeededRandomness(seed, positions)
}

// One for all sandboxes: it has no position, and its buffers take 10 KB.
const secureRandomness = once(() => createSecureRandomness())

/** Returns cryptographic randomness that is the same each time for the same secret of 32 bytes. */
export function createRepeatableRandomness(secret: Buffer): Randomness {
  const cipher = createCipheriv('aes-256-ctr', secret, Buffer.alloc(16))
  return createSecureRandomness((bytes) => void cipher.update(bytes.fill(0)).copy(bytes))
}

function createSecureRandomness(fill: (bytes: Buffer) => void = randomFillSync): Randomness {
  const bytes = createSecureBytes(fill)
  return {
    ...createFormats(() => bytes, createHexDigits(bytes)),
    unknownKeyValues: (range) => ({
      digests: createDigests(range, bytes),
      ends: Buffer.from(bytes(3 * range.count).toString('base64url')),
    }),
    positions: () => ({}),
  }
}

function createSeededRandomness(seed: number, positions: RandomPositions): Randomness {
  const sources = new Map(
    streams.map((stream) => [stream, createSeededBytes(`${seed}/${stream}`, positions[stream] ?? 0)]),
  )
  const bytesOf = (stream: Stream) => (length: number) => sources.get(stream)?.bytes(length) ?? Buffer.alloc(0)
  const requestBytes = bytesOf('request_id')
  const formats = createFormats(bytesOf, (count) => requestBytes(count / 2).toString('hex'))
  return {
    ...formats,
    unknownKeyValues: ({ count }, isFree) => digestValues(count, formats.keyValue, isFree),
    positions: () => Object.fromEntries([...sources].map(([stream, { position }]) => [stream, position()])),
  }
}

/** Returns generators of the API's formats from the given bytes. */
export function createFormats(bytesOf: (stream: Stream) => ByteSource, hexDigits: (count: number) => string) {
  const id = (stream: Stream, length: number) => customRandom(alphanumeric, length, bytesOf(stream))
  const keyId = id('key_id', 16)
  const ownerId = id('owner_id', 24)
  const organizationId = id('organization_id', 24)
  const projectId = id('project_id', 24)
  const projectAccountId = id('service_account_id', 24)
  const projectKeyId = id('project_key_id', 16)
  const auditEventId = id('audit_event_id', 24)
  // 124 characters of A-Z, a-z, 0-9, "-" and "_" after the prefix.
  const valueWith = (prefix: string, bytes: ByteSource) => () => {
    const generate = () => prefix + bytes(93).toString('base64url')
    let value = generate()
    while (hasScannerMark(value)) value = generate()
    return value
  }
  const projectKeyBytes = bytesOf('project_key_value')
  return {
    keyId: () => `key_${keyId()}`,
    keyValue: valueWith('sk-admin-', bytesOf('key_value')),
    userId: () => `user-${ownerId()}`,
    serviceAccountId: () => `sa_${ownerId()}`,
    organizationId: () => `org-${organizationId()}`,
    projectId: () => `proj_${projectId()}`,
    projectAccountId: () => `user-${projectAccountId()}`,
    projectKeyId: () => `key_${projectKeyId()}`,
    accountKeyValue: valueWith('sk-svcacct-', projectKeyBytes),
    userKeyValue: valueWith('sk-proj-', projectKeyBytes),
    auditEventId: () => `audit_log-${auditEventId()}`,
    requestId: () => `req_${hexDigits(32)}`,
  }
}

/** Returns digests of values that cannot be found: random bytes. They ascend, which makes an index of a million a second faster. */
function createDigests({ first, count, total }: ValueRange, bytes: ByteSource): Buffer {
  const digests = bytes(32 * count)
  for (let n = 0; n < count; n++) digests.writeUIntBE(Math.floor(((first - 1 + n) / total) * 2 ** 48), 32 * n, 6)
  return digests
}

function digestValues(count: number, generate: () => string, isFree: (sha256: string) => boolean): UnknownValues {
  const [digests, ends] = [Buffer.alloc(32 * count), Buffer.alloc(4 * count)]
  for (let n = 0; n < count; ) {
    const value = generate()
    const sha256 = digest(value)
    if (!isFree(sha256)) continue
    digests.write(sha256, 32 * n, 'hex')
    ends.write(value.slice(-4), 4 * n)
    n++
  }
  return { digests, ends }
}

type ByteSource = (length: number) => Buffer

// One system call for many ids: a call costs more than the bytes.
const poolSize = 8192

function createSecureBytes(fill: (bytes: Buffer) => void): ByteSource {
  const pool = Buffer.allocUnsafe(poolSize)
  let used = poolSize
  return (length) => {
    if (length > poolSize) {
      const bytes = Buffer.allocUnsafe(length)
      fill(bytes)
      return bytes
    }
    if (used + length > poolSize) {
      fill(pool)
      used = 0
    }
    used += length
    return pool.subarray(used - length, used)
  }
}

const blockSize = 32

// SHA-256 of the name and the number of each block: any position can be reached without generating what comes before.
function createSeededBytes(name: string, start: number): { bytes: ByteSource; position: () => number } {
  let position = start
  return {
    bytes(length) {
      const first = Math.floor(position / blockSize)
      const count = Math.ceil((position + length) / blockSize) - first
      const blocks = Array.from({ length: count }, (_, n) => hash('sha256', `${name}/${first + n}`, 'buffer'))
      const offset = position - first * blockSize
      position += length
      return Buffer.concat(blocks).subarray(offset, offset + length)
    },
    position: () => position,
  }
}

// Every request needs an id, and slicing a string is cheaper than converting a buffer.
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
