import { hash, randomFillSync } from 'node:crypto'
import { customRandom } from 'nanoid'
import { hasScannerMark } from '../openai-api/keys/secret.ts'

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

/** Everything that a sandbox generates, in the formats of the API. */
export interface Randomness {
  keyId(): string
  /** Returns 133 characters, never with the marker by which secret scanners recognize a real key. */
  keyValue(): string
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

type ByteSource = (length: number) => Buffer

// One system call for many ids: a call costs more than the bytes.
const poolSize = 8192

function createSecureBytes(): ByteSource {
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
