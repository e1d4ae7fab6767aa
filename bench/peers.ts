import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { keysPath, requestOk } from './client.ts'
import type { ServerSpec } from './servers.ts'
import { createTemporaryFile } from './temporary.ts'
import type { Target } from './wrk.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Measurements must not depend on the network.
const withoutTelemetry = {
  DISABLE_TELEMETRY: '1',
  DO_NOT_TRACK: '1',
  NO_UPDATE_NOTIFIER: '1',
  DENO_NO_UPDATE_CHECK: '1',
}

const document = at('../openapi.yaml')

/** A server that is compared with the emulator. */
export interface Peer extends ServerSpec {
  load: PeerLoad
}

/** What a peer does for a request under load: its counterpart of retrieving a key. */
export interface PeerLoad {
  /** In words: where the response comes from. */
  response: string
  /** Returns the request to repeat. */
  prepare: (port: number) => Target | Promise<Target>
}

interface NpmPeer {
  name: string
  /** Its script, below its package. */
  entry: string
  path: string
  options: (port: string) => readonly string[]
  load: PeerLoad
}

function npmPeer({ name, entry, path, options, load }: NpmPeer): Peer {
  const command = (port: number) => ({
    file: process.execPath,
    args: [at(`node_modules/${name}/${entry}`), ...options(String(port))],
    env: withoutTelemetry,
  })
  return { name, version: pinnedVersions()[name] as string, path, command, load }
}

const retrieve = (path: string) => ({ path: `${path}/key_abc` })

/** Returns the peers from npm, each started as its documentation says, with openapi.yaml if it needs a document. */
export function npmPeers(): Peer[] {
  const fixtures = createTemporaryFile(
    'fixtures.json',
    '{"fixtures":[{"match":{"userMessage":"a"},"response":{"content":"b"}}]}',
  )
  const withoutVersion = keysPath.replace('/v1', '')
  return [
    npmPeer({
      name: '@stdy/cli',
      entry: 'steady.js',
      path: withoutVersion,
      options: (port) => ['-p', port, '--host', '127.0.0.1', '-q', document],
      load: {
        response: 'generated from the document, request validated',
        prepare: () => retrieve(withoutVersion),
      },
    }),
    npmPeer({
      name: '@stoplight/prism-cli',
      entry: 'dist/index.js',
      path: withoutVersion,
      options: (port) => ['mock', '-p', port, '-v', 'warn', document],
      load: {
        response: 'example of the document, request validated',
        prepare: () => retrieve(withoutVersion),
      },
    }),
    npmPeer({
      name: '@copilotkit/aimock',
      entry: 'dist/cli.js',
      path: '/health',
      options: (port) => ['-p', port, '-f', fixtures, '--log-level', 'warn'],
      load: { response: 'static list of models', prepare: () => ({ path: '/v1/models' }) },
    }),
    npmPeer({
      name: 'emulate',
      entry: 'dist/index.js',
      path: '/v1/customers',
      options: (port) => ['start', '-p', port, '-s', 'stripe'],
      load: { response: 'object created before', prepare: createCustomer },
    }),
    npmPeer({
      name: '@mockoon/cli',
      entry: 'bin/run.js',
      path: keysPath,
      options: (port) => ['start', '-X', '--disable-admin-api', '-l', '127.0.0.1', '-p', port, '-d', document],
      load: { response: 'template made from the document', prepare: () => retrieve(keysPath) },
    }),
  ]
}

async function createCustomer(port: number): Promise<Target> {
  const { body } = await requestOk(port, { method: 'POST', path: '/v1/customers', body: '{"name":"bench"}' })
  // It allows 5,000 requests per token and hour.
  return { path: `/v1/customers/${JSON.parse(body).id}`, script: 'tokens' }
}

// In a folder that npm, Biome and the compiler ignore.
const pythonEnvironment = at('node_modules/.python')
const requirements = at('requirements.txt')

export function motoPeer(): Peer {
  const version = /^moto==(.*)$/m.exec(readFileSync(requirements, 'utf8'))?.[1] as string
  const command = (port: number) => ({
    file: `${pythonEnvironment}/bin/moto_server`,
    args: ['-H', '127.0.0.1', '-p', String(port)],
    env: withoutTelemetry,
  })
  const load = { response: 'object created before', prepare: createIamUser }
  return { name: 'moto[server]', version, path: '/moto-api/', command, load }
}

async function createIamUser(port: number): Promise<Target> {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0'
  const path = (action: string) => `/?Action=${action}&UserName=bench&Version=2010-05-08`
  await requestOk(port, { method: 'POST', path: path('CreateUser'), authorization })
  return { path: path('GetUser'), authorization }
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
