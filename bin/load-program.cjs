'use strict'
const { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs')
const { createRequire, wrap } = require('node:module')
const { dirname, join } = require('node:path')
// Tests may fake the global one.
const { setTimeout } = require('node:timers')
const { runInThisContext, Script } = require('node:vm')
const compileCacheFolder = require('./compile-cache.cjs')

const file = join(__dirname, '../dist/index.cjs')

// Late enough for the code that serves requests, but not at the end, because many servers are killed.
const delayMs = 1000

const prefix = 'admin-keys-emulator-'
// One per use, version of the emulator and of Node, and build in a clone.
const maxFiles = 20

// Test runners such as Jest evaluate modules in a realm with its own classes; a script would run outside of it.
const isMainRealm = runInThisContext('globalThis') === globalThis

/**
 * Returns the exports of the built program, and a function that keeps the code that V8 has compiled by a second later. Node's own
 * cache has only what V8 compiles when it loads a file: a start calls 1,400 further functions, and compiling them takes a quarter
 * of its time. `use` names what is called, the command or the library.
 */
module.exports = function loadProgram(use) {
  const folder = isMainRealm ? compileCacheFolder() : undefined
  if (folder === undefined) return { program: require('../dist/index.cjs'), keepCompiledCode() {} }
  const source = readFileSync(file, 'latin1')
  const cacheFile = join(folder, `${prefix}${use}-${process.version}-${process.arch}-${hashIn(source)}`)
  const cachedData = readIfPossible(cacheFile)
  const script = new Script(wrap(source), { filename: file, cachedData })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  let isKept = cachedData !== undefined && !script.cachedDataRejected
  function keepCompiledCode() {
    if (isKept) return
    isKept = true
    setTimeout(() => writeIfPossible(cacheFile, () => script.createCachedData()), delayMs).unref()
  }
  return { program: module.exports, keepCompiledCode }
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
function writeIfPossible(path, createBytes) {
  const temporary = `${path}.${process.pid}`
  try {
    writeFileSync(temporary, createBytes(), { mode: 0o600, flush: true })
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
