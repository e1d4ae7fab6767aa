import { createRequire } from 'node:module'
import { systemNow } from '../../common/clock.ts'
import { type Image, openMemory } from './database.ts'
import type { Draft, ImageSlot, SandboxStorage } from './storage.ts'

/** Returns storage that lives as long as the process. `isCompact` takes less memory and slightly more time. */
export function openMemoryStorage({ isCompact }: { isCompact: boolean }): SandboxStorage {
  const snapshots: StoredImages = new Map()
  const initialImage = memorySlot(new Map(), 'initial', isCompact)
  const now = systemNow()
  return {
    pageSize: isCompact ? 2048 : 4096,
    createdAt: () => now,
    open: () => undefined,
    create(prepared, image) {
      initialImage.write(image)
      return prepared
    },
    replace(prepared, current) {
      current.close()
      return prepared
    },
    openDraft,
    largeInitialImage: () => undefined,
    assertPresent() {},
    initialImage,
    snapshot: (name) => memorySlot(snapshots, name, isCompact),
    snapshotNames: () => [...snapshots.keys()],
  }
}

function openDraft(): Draft {
  const db = openMemory()
  return {
    db,
    flush: async () => {},
    storeInitialImage: async () => {},
    create: () => db,
    replace(current) {
      current.close()
      return db
    },
    discard: () => void db.close(),
  }
}

type StoredImages = Map<string, Image | CompressedImage>

interface CompressedImage {
  bytes: Uint8Array
  uncompressedLength: number
}

const memorySlot = (images: StoredImages, name: string, isCompact: boolean): ImageSlot => ({
  exists: () => images.has(name),
  read() {
    const stored = images.get(name)
    return stored === undefined || Buffer.isBuffer(stored) ? stored : decompress(stored as CompressedImage)
  },
  write: (image) => void images.set(name, isCompressed(image.length, isCompact) ? compress(image) : image),
  clear: () => void images.delete(name),
})

const smallBytes = 256 * 1024
const largeBytes = 16 * 1024 * 1024

// Images in between take up to 16 ms to decompress, and tests that reset read them often.
const isCompressed = (length: number, isCompact: boolean) => length >= largeBytes || (isCompact && length <= smallBytes)

// Loaded with the first image that is compressed: it would take 3 % of a start.
const zlib = () => createRequire(import.meta.url)('node:zlib') as typeof import('node:zlib')

/** Compresses an image: to a twentieth if it has no keys, in 30 µs; to a quarter if it has many, in a millisecond per MB. */
function compress(image: Image): CompressedImage {
  const { constants, zstdCompressSync } = zlib()
  const compressed = zstdCompressSync(image, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
  // A copy, because the result is part of a larger buffer.
  return { bytes: new Uint8Array(compressed), uncompressedLength: image.length }
}

// In one chunk: five times as fast as in many.
const decompress = ({ bytes, uncompressedLength }: CompressedImage): Image =>
  zlib().zstdDecompressSync(bytes, { chunkSize: uncompressedLength + 1 })
