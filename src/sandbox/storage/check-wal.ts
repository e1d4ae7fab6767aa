import { closeSync, openSync, readSync } from 'node:fs'
import { endianness } from 'node:os'

// The format of a WAL: sqlite.org/fileformat2.html#the_write_ahead_log
const headerLength = 32
const frameHeaderLength = 24
// The last bit says that the words of a checksum are big-endian.
const magic = 0x377f0682
const defaultPageSize = 4096

type Checksum = readonly [number, number]

interface Format {
  pageSize: number
  isBigEndian: boolean
}

interface Header extends Format {
  isValid: boolean
  salt: bigint
  storedChecksum: Checksum
  checksum: Checksum
}

interface Frame {
  offset: number
  pageNumber: number
  isCommit: boolean
  salt: bigint
  storedChecksum: Checksum
  /** Returns what the stored checksum must be after a frame, or a header, with that one. */
  checksumAfter(previous: Checksum): Checksum
}

/**
 * Returns what is wrong with a WAL, as a predicate: SQLite ignores everything from the first damaged byte on, so a WAL is damaged
 * if a complete transaction follows. What a killed process leaves is not damage: an incomplete last transaction, and frames of
 * transactions that were never completed or of an earlier generation, which have another salt. Takes about 3 ms per MB.
 */
export function findWalDamage(path: string): string | undefined {
  const descriptor = openSync(path, 'r')
  try {
    const offset = findOffsetOfDamage(descriptor)
    if (offset === undefined) return undefined
    // After a power failure, part of the log may be missing: without a copy, the changes before that part can still be kept.
    const remedy = `restore it together with the database, or truncate it to ${offset} bytes to lose these changes`
    return `is damaged ${offset === 0 ? 'in its header' : `at byte ${offset}`}, before committed changes: ${remedy}`
  } finally {
    closeSync(descriptor)
  }
}

/** Returns the offset of the damaged frame; 0 for the header. */
function findOffsetOfDamage(descriptor: number): number | undefined {
  const bytes = Buffer.alloc(headerLength)
  if (readSync(descriptor, bytes, 0, headerLength, 0) < headerLength) return undefined
  const header = parseHeader(bytes, bytes.readUInt32BE(0) === magic + 1)
  if (header.isValid) return findDamagedFrame(readFrames(descriptor, header), header)
  return hasCommit(descriptor, bytes) ? 0 : undefined
}

function parseHeader(bytes: Buffer, isBigEndian: boolean): Header {
  const pageSize = bytes.readUInt32BE(8)
  const storedChecksum: Checksum = [bytes.readUInt32BE(24), bytes.readUInt32BE(28)]
  const checksum = addWords([0, 0], wordsOf(bytes, isBigEndian), 0, 6)
  const hasPageSize = pageSize >= 512 && pageSize <= 65_536 && (pageSize & (pageSize - 1)) === 0
  return {
    isValid: bytes.readUInt32BE(0) === magic + Number(isBigEndian) && hasPageSize && isEqual(storedChecksum, checksum),
    pageSize: hasPageSize ? pageSize : defaultPageSize,
    isBigEndian,
    salt: bytes.readBigUInt64BE(16),
    storedChecksum,
    checksum,
  }
}

/** Returns the offset of the first frame that does not belong to the WAL if a complete transaction follows it. */
function findDamagedFrame(frames: Iterable<Frame>, { salt, storedChecksum }: Header): number | undefined {
  // A frame's checksum continues the one of the frame before it. That may itself be what is damaged.
  let previous = [storedChecksum]
  let damagedOffset: number | undefined
  for (const frame of frames) {
    const isIntact = frame.salt === salt && follows(frame, previous)
    if (isIntact && frame.isCommit && damagedOffset !== undefined) return damagedOffset
    if (!isIntact) damagedOffset ??= frame.offset
    previous = checksumsAfter(frame, previous, damagedOffset !== undefined)
  }
  return undefined
}

/** Returns whether a WAL whose header is damaged contains a complete transaction. */
function hasCommit(descriptor: number, bytes: Buffer): boolean {
  return [false, true].some((isBigEndian) => {
    const header = parseHeader(bytes, isBigEndian)
    return [...new Set([header.pageSize, defaultPageSize])].some((pageSize) => {
      let previous = [header.storedChecksum, header.checksum]
      for (const frame of readFrames(descriptor, { pageSize, isBigEndian })) {
        if (frame.isCommit && follows(frame, previous)) return true
        previous = checksumsAfter(frame, previous, true)
      }
      return false
    })
  })
}

const follows = ({ pageNumber, storedChecksum, checksumAfter }: Frame, previous: readonly Checksum[]) =>
  pageNumber > 0 && previous.some((each) => isEqual(checksumAfter(each), storedChecksum))

function checksumsAfter(
  { storedChecksum, checksumAfter }: Frame,
  [previous]: readonly Checksum[],
  mayBeDamaged: boolean,
) {
  return mayBeDamaged && previous !== undefined ? [storedChecksum, checksumAfter(previous)] : [storedChecksum]
}

const isEqual = ([a0, a1]: Checksum, [b0, b1]: Checksum) => a0 === b0 && a1 === b1

/** Reads all complete frames. A frame is valid until the next one is read. */
function* readFrames(descriptor: number, { pageSize, isBigEndian }: Format): Generator<Frame> {
  const bytes = Buffer.alloc(frameHeaderLength + pageSize)
  for (let offset = headerLength; ; offset += bytes.length) {
    if (readSync(descriptor, bytes, 0, bytes.length, offset) < bytes.length) return
    const words = wordsOf(bytes, isBigEndian)
    yield {
      offset,
      pageNumber: bytes.readUInt32BE(0),
      isCommit: bytes.readUInt32BE(4) !== 0,
      salt: bytes.readBigUInt64BE(8),
      storedChecksum: [bytes.readUInt32BE(16), bytes.readUInt32BE(20)],
      checksumAfter: (previous) => addWords(addWords(previous, words, 0, 2), words, 6, words.length),
    }
  }
}

const isHostBigEndian = endianness() === 'BE'

function wordsOf(bytes: Buffer, isBigEndian: boolean): Uint32Array {
  const { buffer, byteOffset, length } = isBigEndian === isHostBigEndian ? bytes : Buffer.from(bytes).swap32()
  return new Uint32Array(buffer, byteOffset, length / Uint32Array.BYTES_PER_ELEMENT)
}

/** Continues a checksum over an even number of words. */
function addWords([first, second]: Checksum, words: Uint32Array, from: number, to: number): Checksum {
  let a = first
  let b = second
  for (let at = from; at < to; at += 2) {
    a = (a + (words[at] as number) + b) >>> 0
    b = (b + (words[at + 1] as number) + a) >>> 0
  }
  return [a, b]
}
