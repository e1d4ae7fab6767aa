'use strict'
const { lstatSync, mkdirSync, realpathSync } = require('node:fs')
const { homedir } = require('node:os')
const { dirname, isAbsolute, join } = require('node:path')

/**
 * Returns the folder for compiled code, which saves half of the startup time. The program runs what it finds there, so the folder is
 * below the user's cache folder; undefined if another user can write to that, or if the user disabled the cache.
 */
module.exports = function compileCacheFolder() {
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE } = process.env
  if (NODE_DISABLE_COMPILE_CACHE) return undefined
  if (NODE_COMPILE_CACHE) return NODE_COMPILE_CACHE
  try {
    const folder = createFolder()
    return isPrivate(folder) ? folder : undefined
  } catch {
    // Without the cache, the program only starts later.
    return undefined
  }
}

function createFolder() {
  const configured = process.env.XDG_CACHE_HOME ?? ''
  const parent = createUnlessExists(isAbsolute(configured) ? configured : join(homedir(), '.cache'))
  return createUnlessExists(join(realpathSync(parent), 'admin-keys-emulator'))
}

// Not recursive: a user without a home folder, as in many containers, gets none.
function createUnlessExists(folder) {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  return folder
}

/** Returns whether no other user but root can write the folder, or replace it or one above it. */
function isPrivate(folder) {
  // Windows has no owners here; its user folders are private.
  if (process.getuid === undefined) return true
  const own = process.getuid()
  const status = lstatSync(folder)
  const isOwn = status.isDirectory() && status.uid === own && (status.mode & 0o077) === 0
  return isOwn && isReachedSafely(dirname(folder), own)
}

function isReachedSafely(folder, own) {
  const { mode, uid } = lstatSync(folder)
  const isSticky = (mode & 0o1000) !== 0
  const isSafe = (uid === own || uid === 0) && ((mode & 0o022) === 0 || isSticky)
  const parent = dirname(folder)
  return isSafe && (parent === folder || isReachedSafely(parent, own))
}
