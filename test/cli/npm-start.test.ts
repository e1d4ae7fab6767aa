import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createTemporaryFile } from '../support/files.ts'
import { startCreate } from '../support/start-create.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Starts the server with npm; resolves to its URL and the process of npm. The process group is killed after the test. */
async function npmStart(env: Record<string, string> = {}) {
  const npm = spawn('npm', ['start', '--silent', '--', '--port', '0', '--log-level', 'silent', '--json'], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  onTestFinished(() => {
    try {
      process.kill(-(npm.pid as number), 'SIGKILL')
    } catch {
      // No process is left.
    }
  })
  const [line] = await once(npm.stdout.setEncoding('utf8'), 'data')
  return { npm, url: JSON.parse(line).url as string }
}

const isClosed = (url: string) =>
  fetch(`${url}/health`).then(
    () => false,
    () => true,
  )

// A shell that waits for its command and does not forward signals, whichever shell the machine has.
function createWaitingShell(): string {
  const path = createTemporaryFile('shell.sh', '#!/bin/bash\nbash "$@" & wait $!\n')
  chmodSync(path, 0o755)
  return path
}

test('SIGTERM to npm start lets the server complete the current request and stops it', async () => {
  const { npm, url } = await npmStart({ npm_config_script_shell: createWaitingShell() })
  const { finish, response } = await startCreate(url)
  npm.kill('SIGTERM')
  await once(npm, 'exit')
  await new Promise((resolve) => setTimeout(resolve, 300))
  finish()
  expect((await response).status).toBe(200)
  await expect.poll(() => isClosed(url), { timeout: 5000 }).toBe(true)
})

test('Ctrl-C in the terminal of npm start lets the server complete the current request and stops it', async () => {
  const { npm, url } = await npmStart()
  const { finish, response } = await startCreate(url)
  process.kill(-(npm.pid as number), 'SIGINT')
  await new Promise((resolve) => setTimeout(resolve, 800))
  finish()
  expect((await response).status).toBe(200)
  await expect.poll(() => isClosed(url), { timeout: 5000 }).toBe(true)
})
