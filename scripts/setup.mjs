// Installs the packages in the lock files unless they are installed. Plain JavaScript, for any Node that npm runs on.
//   node scripts/setup.mjs            everything: for tests, checks and builds
//   node scripts/setup.mjs --start    only what the emulator needs: without the workspace test/tools
//   --pinned-node                     also Node as pinned in scripts/node, even if the machine's Node is new enough
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('..', import.meta.url)
const at = (path) => new URL(path, root)
const isWindows = process.platform === 'win32'
const startOnly = process.argv.includes('--start')
const minimumNode = [22, 18]

// Measured on Linux; test/e2e/clone.test.ts compares.
const sizes = {
  start: '33 MB to download, 76 MB on disk',
  all: '121 MB to download, 256 MB on disk',
  node: '50 MB to download, 205 MB on disk',
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(at(path), 'utf8'))
  } catch {
    return {}
  }
}

// npm writes the second file at the end of an install, so it is missing after an aborted one.
function matchesLockFile(folder) {
  const { packages: locked = {} } = readJson(`${folder}package-lock.json`)
  const { packages: installed } = readJson(`${folder}node_modules/.package-lock.json`)
  if (installed === undefined) return false
  return Object.entries(installed).every(
    ([path, { version, integrity }]) => locked[path]?.version === version && locked[path]?.integrity === integrity,
  )
}

// A changed dependency of a dependency comes with a new version of that one, so the direct ones are enough.
function isInstalled() {
  const manifests = startOnly ? ['package.json'] : ['package.json', 'test/tools/package.json']
  const { packages: installed = {} } = readJson('node_modules/.package-lock.json')
  return (
    matchesLockFile('') &&
    manifests
      .map(readJson)
      .flatMap(({ dependencies, devDependencies }) => Object.keys({ ...dependencies, ...devDependencies }))
      .every((name) => `node_modules/${name}` in installed)
  )
}

function fail(message) {
  console.error(`setup: ${message}`)
  process.exit(1)
}

/** Runs npm ci in a folder. No package here needs its install script: better-sqlite3 contains built binaries. */
function install(folder, what, size, ...options) {
  console.error(`setup: installing ${what}: ${size}`)
  const flags = ['--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...options]
  const { status } = spawnSync('npm', ['ci', ...flags], {
    cwd: fileURLToPath(at(folder)),
    stdio: ['ignore', 2, 2],
    shell: isWindows,
  })
  if (status !== 0) fail(`npm ci failed in ${fileURLToPath(at(folder))}`)
}

const installPackages = () =>
  startOnly
    ? install('', 'what npm start needs', sizes.start, '--workspaces=false')
    : install('', 'what npm start and the tests need', sizes.all)

function isNewEnough(version) {
  const [major, minor] = version.slice(1).split('.').map(Number)
  return major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1])
}

const pinnedNode = fileURLToPath(at('scripts/node/node_modules/.bin/node'))
// npm's scripts find it, because node_modules/.bin is the first folder in their PATH.
const link = fileURLToPath(at(`node_modules/.bin/node${isWindows ? '.cmd' : ''}`))
// After npm ci has removed the link, `node` is the machine's, which is too old if this is the pinned one.
const runsOnInstalledNode = process.execPath.startsWith(fileURLToPath(root))
const needsPinnedNode = process.argv.includes('--pinned-node') || runsOnInstalledNode || !isNewEnough(process.version)
const isNodeInstalled = () => matchesLockFile('scripts/node/') && existsSync(pinnedNode)

function installPinnedNode() {
  const reason = isNewEnough(process.version) ? 'pinned for tests' : `${process.version} is too old`
  if (!isNodeInstalled()) install('scripts/node/', `Node (${reason})`, sizes.node)
  if (spawnSync(pinnedNode, ['--version'], { shell: isWindows }).status !== 0)
    fail(
      `Node is too old: version ${minimumNode.join('.')} or newer is required; got ${process.version}. ` +
        `npm has no newer Node that runs here (${process.platform}, ${process.arch}); install one from https://nodejs.org`,
    )
  mkdirSync(at('node_modules/.bin'), { recursive: true })
  rmSync(link, { force: true })
  if (isWindows) writeFileSync(link, `@"${pinnedNode}.cmd" %*\r\n`)
  else symlinkSync('../../scripts/node/node_modules/.bin/node', link)
}

const isNodeReady = () => !needsPinnedNode || (isNodeInstalled() && existsSync(link))

function setUp() {
  if (!isInstalled()) installPackages()
  if (!isNodeReady()) installPinnedNode()
}

// Outside node_modules, which npm ci removes. A folder, because mkdir is atomic: only one process can create it.
const lock = at('.setup-lock')
// Longer than an install takes; a killed install leaves its lock behind.
const staleLockMs = 5 * 60_000

function acquireLock() {
  try {
    mkdirSync(lock)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const age = Date.now() - statSync(lock, { throwIfNoEntry: false })?.mtimeMs
    if (age > staleLockMs) utimesSync(lock, new Date(), new Date())
    return age > staleLockMs
  }
}

const sleepBriefly = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)

while (!isInstalled() || !isNodeReady()) {
  if (!acquireLock()) {
    sleepBriefly()
    continue
  }
  process.on('exit', () => rmSync(lock, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
  setUp()
  break
}
