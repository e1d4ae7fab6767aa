import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

// Without variables that a user of the package would not have.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|EMULATOR|OPENAI|VITEST|NODE_OPTIONS|CI$)/i.test(name)),
)

/** A temporary project that uses the package; deleted by `remove`. */
export interface Consumer {
  folder: string
  tarball: string
  /** Runs a bash script there and returns its standard output; standard error is inherited. Throws if it fails. */
  bash: (script: string, env?: Record<string, string>) => Promise<string>
  write: (file: string, text: string) => void
  remove: () => void
}

/** Packs the package and installs it in an empty folder, together with other packages. */
export function installInEmptyFolder(...otherPackages: string[]): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'admin-keys-consumer-'))
  const npm = (cwd: string, ...args: string[]) =>
    execFileSync('npm', args, { cwd, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const name = npm(root, 'pack', '--silent', '--pack-destination', folder).trim().split('\n').at(-1) as string
  const tarball = join(folder, name)
  const write = (file: string, text: string) => {
    mkdirSync(join(folder, dirname(file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  write('package.json', '{ "private": true, "type": "module" }\n')
  npm(folder, 'install', '--no-audit', '--no-fund', '--save-dev', tarball, ...otherPackages)
  return {
    folder,
    tarball,
    bash: (script, env = {}) => runBash(folder, script, env),
    write,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

const scriptTimeoutMs = 300_000

async function runBash(cwd: string, script: string, env: Record<string, string>): Promise<string> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd,
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  const timer = setTimeout(() => killGroup(child.pid), scriptTimeoutMs)
  const [code] = await once(child, 'exit')
  clearTimeout(timer)
  killGroup(child.pid)
  if (code !== 0) throw new Error(`exit ${code} of:\n${script}\n${stdout}`)
  return stdout
}

/** Kills the processes that a script has left running. */
function killGroup(group: number | undefined): void {
  try {
    process.kill(-(group as number), 'SIGKILL')
  } catch {
    // No process is left.
  }
}
