import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

// Such as `podman --root /somewhere`.
const [engine = 'docker', ...engineArgs] = (process.env['CONTAINER_ENGINE'] ?? 'docker').split(' ')
const image = process.env['CONTAINER_IMAGE'] ?? 'admin-keys-emulator'

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

/** Runs the engine with those arguments. */
export async function engineRun(...args: string[]): Promise<Outcome> {
  const child = spawn(engine, [...engineArgs, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const [code] = await once(child, 'close')
  return { code, ...output }
}

/** What the engine prints, without the end of the line. Throws when it fails. */
export async function engineOutput(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await engineRun(...args)
  if (code !== 0) throw new Error(`${engine} ${args.join(' ')}: exit ${code}: ${stderr}`)
  return stdout.trim()
}

// As somebody careful would run it; and what the engine at hand needs besides, such as limits that it may set.
const hardening = ['--read-only', '--cap-drop', 'all', '--security-opt', 'no-new-privileges']
const needed = (process.env['CONTAINER_RUN_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '')
const runFlags = [...hardening, ...needed]

interface ContainerOptions {
  /** Of the engine. */
  flags?: string[]
  /** Of the emulator. */
  args?: string[]
}

/** Runs the image to its end. */
export const runImage = ({ flags = [], args = [] }: ContainerOptions): Promise<Outcome> =>
  engineRun('run', '--rm', '--network', 'none', ...runFlags, ...flags, image, ...args)

/** Starts the image with its port at a free one of ours, and waits until it is ready. Removed after the test. */
export async function startImage({ flags = [], args = [] }: ContainerOptions = {}) {
  const id = await engineOutput('run', '-d', '-p', '127.0.0.1::4010', ...runFlags, ...flags, image, ...args)
  onTestFinished(async () => {
    await engineRun('rm', '-f', id)
  })
  const address = (await engineOutput('port', id, '4010/tcp')).split('\n')[0]
  const url = `http://${address}`
  await until(async () => (await fetch(`${url}/ready`)).ok, `${url} is ready`)
  return { id, url }
}

async function until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 15_000
  while (!(await isTrue().catch(() => false))) {
    if (performance.now() > end) throw new Error(`not within 15 s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export const inspectImage = async (format: string): Promise<string> =>
  engineOutput('image', 'inspect', '-f', `{{${format}}}`, image)
