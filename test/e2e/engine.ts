import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

// May have arguments, such as `podman --root /path`.
const [engine = 'docker', ...engineArgs] = (process.env['CONTAINER_ENGINE'] ?? 'docker').split(' ')
export const image = process.env['CONTAINER_IMAGE'] ?? 'admin-keys-emulator'

interface CommandResult {
  code: number
  stdout: string
  stderr: string
}

/** Runs the container engine until it exits. */
export async function engineRun(...args: string[]): Promise<CommandResult> {
  const child = spawn(engine, [...engineArgs, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const [code] = await once(child, 'close')
  return { code, ...output }
}

/** Returns the trimmed standard output of the engine. Throws if it fails. */
export async function engineOutput(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await engineRun(...args)
  if (code !== 0) throw new Error(`${engine} ${args.join(' ')}: exit ${code}: ${stderr}`)
  return stdout.trim()
}

// The recommended hardening, plus flags that this engine requires, such as ulimits.
const hardening = ['--read-only', '--cap-drop', 'all', '--security-opt', 'no-new-privileges']
const extraFlags = (process.env['CONTAINER_RUN_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '')
const runFlags = [...hardening, ...extraFlags]

/** Makes `docker` in a bash script run this engine, with the flags that it requires. */
export const engineFunction = `docker() {
  local command=$1
  shift
  local flags=()
  [ "$command" = run ] && flags=(${extraFlags.join(' ')})
  command ${[engine, ...engineArgs].join(' ')} "$command" "\${flags[@]}" "$@"
}
`

interface ContainerOptions {
  /** Flags for the engine. */
  flags?: string[]
  /** Arguments for the emulator. */
  args?: string[]
  /** The port on which they make it listen. */
  port?: number
}

/** Runs the image until it exits. */
export const runImage = ({ flags = [], args = [] }: ContainerOptions): Promise<CommandResult> =>
  engineRun('run', '--rm', '--network', 'none', ...runFlags, ...flags, image, ...args)

/** Starts the image on a free local port and waits until it is ready. The container is removed after the test. */
export async function startImage({ flags = [], args = [], port = 4010 }: ContainerOptions = {}) {
  const id = await engineOutput('run', '-d', '-p', `127.0.0.1::${port}`, ...runFlags, ...flags, image, ...args)
  onTestFinished(async () => {
    await engineRun('rm', '-f', id)
  })
  const address = (await engineOutput('port', id, `${port}/tcp`)).split('\n')[0]
  const url = `http://${address}`
  await waitUntil(async () => (await fetch(`${url}/ready`)).ok, `${url} is ready`)
  return { id, url }
}

async function waitUntil(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 15_000
  while (!(await condition().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`timed out after 15 s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export const inspectImage = async (format: string): Promise<string> =>
  engineOutput('image', 'inspect', '-f', `{{${format}}}`, image)
