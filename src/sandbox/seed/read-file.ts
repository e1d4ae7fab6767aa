import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { UserError } from '../../common/user-error.ts'

// As long as the body of a request that loads a state: longer files block the server for seconds.
const maxBytes = 64 * 1024 * 1024

const chunkBytes = 1024 * 1024

/**
 * Reads a seed file. Throws UserError if it is longer than 64 MiB, or unless `allowsPipes`, no regular file; and the error of the
 * system if it cannot be read. Only a pipe can make the process wait.
 */
export function readSeedFile(path: string | URL, { allowsPipes = false } = {}): Buffer {
  const canWait = allowsPipes && !statSync(path).isFile()
  // Opening a pipe would wait for its writer.
  const descriptor = openSync(path, constants.O_RDONLY | (canWait ? 0 : constants.O_NONBLOCK))
  try {
    const stats = fstatSync(descriptor)
    if (!allowsPipes && !stats.isFile()) throw new UserError('is not a regular file')
    if (stats.size > maxBytes) throw tooLong(stats.size)
    return readAll(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function readAll(descriptor: number): Buffer {
  const chunks: Buffer[] = []
  for (let length = 0; ; ) {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    const count = readSync(descriptor, chunk)
    if (count === 0) return Buffer.concat(chunks, length)
    length += count
    // A device, or a file that grows, can be longer than its size.
    if (length > maxBytes) throw tooLong('more')
    chunks.push(chunk.subarray(0, count))
  }
}

const tooLong = (got: number | string) => new UserError(`must be at most ${maxBytes} bytes (64 MiB), got ${got}`)
