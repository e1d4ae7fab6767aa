import { createRequire } from 'node:module'
import { systemNow } from '../../common/clock.ts'
import { type Image, openMemory } from './database.ts'
import type { Draft, ImageSlot, SandboxStorage } from './storage.ts'

/** Returns storage that lives as long as the process. */
export function openMemoryStorage(): SandboxStorage {
  const snapshots = new Map<string, StoredImage>()
  const initialImage = memorySlot(new Map(), 'initial')
  const now = systemNow()
  return {
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
    snapshot: (name) => memorySlot(snapshots, name),
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

// Loaded with the first large image: it would take 3 % of a start.
const zlib = () => createRequire(import.meta.url)('node:zlib') as typeof import('node:zlib')

interface StoredImage {
  bytes: Buffer
  isCompressed: boolean
}

const memorySlot = (images: Map<string, StoredImage>, name: string): ImageSlot => ({
  exists: () => images.has(name),
  read() {
    const stored = images.get(name)
    return stored?.isCompressed ? zlib().zstdDecompressSync(stored.bytes) : stored?.bytes
  },
  write: (image) => void images.set(name, toStored(image)),
  clear: () => void images.delete(name),
})

// Compressing takes a millisecond per MB, reading half of that. Small images are read again and again by tests that reset.
const minCompressedBytes = 16 * 1024 * 1024

/** Compresses a large image to a quarter: what remains are digests and ids. */
function toStored(image: Image): StoredImage {
  if (image.length < minCompressedBytes) return { bytes: image, isCompressed: false }
  const { constants, zstdCompressSync } = zlib()
  const fastest = { [constants.ZSTD_c_compressionLevel]: 1 }
  return { bytes: zstdCompressSync(image, { params: fastest }), isCompressed: true }
}
