import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { keysPath } from './client.ts'
import type { ServerSpec } from './servers.ts'
import { createTemporaryFile } from './temporary.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Measurements must not depend on the network.
const withoutTelemetry = {
  DISABLE_TELEMETRY: '1',
  DO_NOT_TRACK: '1',
  NO_UPDATE_NOTIFIER: '1',
  DENO_NO_UPDATE_CHECK: '1',
}

const document = at('../openapi.yaml')

function npmPeer(name: string, entry: string, path: string, options: (port: string) => readonly string[]): ServerSpec {
  const command = (port: number) => ({
    file: process.execPath,
    args: [at(`node_modules/${name}/${entry}`), ...options(String(port))],
    env: withoutTelemetry,
  })
  return { name, version: pinnedVersions()[name] as string, path, command }
}

/** Returns the peers from npm, each started as its documentation says, with openapi.yaml if it needs a document. */
export function npmPeers(): ServerSpec[] {
  const fixtures = createTemporaryFile(
    'fixtures.json',
    '{"fixtures":[{"match":{"userMessage":"a"},"response":{"content":"b"}}]}',
  )
  const withoutVersion = keysPath.replace('/v1', '')
  return [
    npmPeer('@stdy/cli', 'steady.js', withoutVersion, (port) => ['-p', port, '--host', '127.0.0.1', '-q', document]),
    npmPeer('@stoplight/prism-cli', 'dist/index.js', withoutVersion, (port) => [
      'mock',
      '-p',
      port,
      '-v',
      'warn',
      document,
    ]),
    npmPeer('@copilotkit/aimock', 'dist/cli.js', '/health', (port) => [
      '-p',
      port,
      '-f',
      fixtures,
      '--log-level',
      'warn',
    ]),
    npmPeer('emulate', 'dist/index.js', '/v1/customers', (port) => ['start', '-p', port, '-s', 'stripe']),
    npmPeer('@mockoon/cli', 'bin/run.js', keysPath, (port) => [
      ...['start', '-X', '--disable-admin-api', '-l', '127.0.0.1', '-p', port, '-d', document],
    ]),
  ]
}

// In a folder that npm, Biome and the compiler ignore.
const pythonEnvironment = at('node_modules/.python')
const requirements = at('requirements.txt')

export function motoPeer(): ServerSpec {
  const version = /^moto==(.*)$/m.exec(readFileSync(requirements, 'utf8'))?.[1] as string
  const command = (port: number) => ({
    file: `${pythonEnvironment}/bin/moto_server`,
    args: ['-H', '127.0.0.1', '-p', String(port)],
    env: withoutTelemetry,
  })
  return { name: 'moto[server]', version, path: '/moto-api/', command }
}

/** Installs the packages in bench/package-lock.json unless they are installed. */
export function installNpmPeers(): void {
  const installed = (name: string) => JSON.parse(readIfExists(`node_modules/${name}/package.json`) ?? '{}').version
  if (Object.entries(pinnedVersions()).every(([name, version]) => installed(name) === version)) return
  console.error('bench: installing the peers (npm ci)')
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: at('.'),
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) throw new Error('the peers could not be installed')
}

/** Installs moto; returns the reason if that fails. */
export function installMoto(): string | undefined {
  // Copied after a complete install.
  const installed = `${pythonEnvironment}/requirements.txt`
  if (existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(requirements, 'utf8')) return undefined
  console.error('bench: installing moto (python3 -m venv, pip)')
  const run = (file: string, ...args: string[]) => spawnSync(file, args, { stdio: ['ignore', 2, 2] }).status === 0
  if (!run('python3', '-m', 'venv', pythonEnvironment)) return 'python3 with venv is missing'
  const pip = [
    `${pythonEnvironment}/bin/pip`,
    'install',
    '-q',
    '--disable-pip-version-check',
    '-r',
    requirements,
  ] as const
  if (!run(...pip)) return 'pip could not install it'
  copyFileSync(requirements, installed)
  return undefined
}

const pinnedVersions = (): Record<string, string> => JSON.parse(readFileSync(at('package.json'), 'utf8')).dependencies

function readIfExists(path: string): string | undefined {
  return existsSync(at(path)) ? readFileSync(at(path), 'utf8') : undefined
}
