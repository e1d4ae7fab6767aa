import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../bench/processes.ts'
import type { ProgramResult } from '../support/program.ts'
import { startShell } from '../support/shell.ts'

// As in a container, the program is process 1 of its namespace.
const namespaces = '--user --map-root-user --pid --fork --kill-child --mount-proc'
const canUnshare = spawnSync('unshare', [...namespaces.split(' '), 'true']).status === 0

interface ContainerOptions {
  start: string
  port: number
  env?: Record<string, string>
}

/** Starts the program as process 1. Returns a function that runs another command of the program in its namespace. */
async function startContainer({ start, port, env = {} }: ContainerOptions) {
  const { child, output } = startShell(`exec unshare ${namespaces} admin-keys-emulator ${start}`, env)
  await expect.poll(() => output.stdout, { timeout: 10_000 }).toContain(`:${port}/v1`)
  const [processOne] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ')
  const enter = `nsenter --target ${processOne} --user --pid --mount --preserve-credentials`
  return (command: string): Promise<ProgramResult> => startShell(`${enter} $PROGRAM ${command}`, env).finished
}

const healthy = { code: 0, stdout: '', stderr: '' }

describe.runIf(canUnshare)('healthcheck in a container', () => {
  test.each(['--port PORT', '--port=PORT', '-p PORT', '-pPORT', 'start --seed paging --port 1 --port PORT'])(
    'requests the port that the arguments %s of the server set',
    async (args) => {
      const port = await freePort()
      const run = await startContainer({
        start: args.replace('PORT', String(port)),
        port,
        env: { EMULATOR_PORT: '1', EMULATOR_HOST: '0.0.0.0' },
      })
      expect(await run('healthcheck')).toEqual(healthy)
      expect((await run('healthcheck --port 1')).stderr).toContain('http://127.0.0.1:1/health is not healthy')
      expect((await run('healthcheck --url http://127.0.0.1:2')).stderr).toContain('http://127.0.0.1:2/health is not')
    },
  )

  test('requests the port of EMULATOR_PORT if the arguments of the server set none', async () => {
    const port = await freePort()
    const run = await startContainer({ start: 'start', port, env: { EMULATOR_PORT: String(port) } })
    expect(await run('healthcheck')).toEqual(healthy)
  })
})
