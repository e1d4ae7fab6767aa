'use strict'
const { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs')
const { createRequire, wrap } = require('node:module')
const { dirname, join } = require('node:path')
const { Script } = require('node:vm')
const compileCacheFolder = require('./compile-cache.cjs')

const file = join(__dirname, '../dist/index.cjs')

const prefix = 'admin-keys-emulator-'
// One per version of the emulator and of Node, and of each build in a clone.
const maxFiles = 10

/**
 * Returns the exports of the built program, and a function that keeps the code that V8 has compiled until it is called. Node's own
 * cache has only what V8 compiles when it loads a file: a start calls 1,400 further functions, and compiling them takes a quarter
 * of its time.
 */
module.exports = function loadProgram() {
  const folder = compileCacheFolder()
  if (folder === undefined) return { program: require('../dist/index.cjs'), keepCompiledCode() {} }
  const source = readFileSync(file, 'latin1')
  const cacheFile = join(folder, `${prefix}${process.version}-${process.arch}-${hashIn(source)}`)
  const cachedData = readIfPossible(cacheFile)
  const script = new Script(wrap(source), { filename: file, cachedData })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  const isKept = cachedData !== undefined && !script.cachedDataRejected
  return {
    program: module.exports,
    keepCompiledCode() {
      if (!isKept) writeIfPossible(cacheFile, script.createCachedData())
    },
  }
}

// The build begins the file with a hash of the rest, because V8 compares only the length.
const hashIn = (source) => /^\/\/ (\w+)\n/.exec(source)[1]

function readIfPossible(path) {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** Writes the file completely, or not at all. Without it, the program only starts later. */
function writeIfPossible(path, bytes) {
  const temporary = `${path}.${process.pid}`
  try {
    writeFileSync(temporary, bytes, { mode: 0o600, flush: true })
    renameSync(temporary, path)
    deleteOldest(dirname(path))
  } catch {
    rmSync(temporary, { force: true })
  }
}

function deleteOldest(folder) {
  const paths = readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(folder, name))
  const byTime = paths.map((path) => ({ path, time: statSync(path).mtimeMs })).sort((a, b) => b.time - a.time)
  for (const { path } of byTime.slice(maxFiles)) rmSync(path, { force: true })
}
