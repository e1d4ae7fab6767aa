import { systemNow } from '../../common/clock.ts'
import type { Image } from './database.ts'
import type { ImageSlot, SandboxStorage } from './storage.ts'

/** Returns storage that lives as long as the process. */
export function openMemoryStorage(): SandboxStorage {
  const snapshots = new Map<string, Image>()
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
    assertPresent() {},
    initialImage,
    snapshot: (name) => memorySlot(snapshots, name),
    snapshotNames: () => [...snapshots.keys()],
  }
}

const memorySlot = (images: Map<string, Image>, name: string): ImageSlot => ({
  exists: () => images.has(name),
  read: () => images.get(name),
  write: (image) => void images.set(name, image),
  clear: () => void images.delete(name),
})
