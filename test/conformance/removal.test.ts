import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { conform, served } from '../support/conform-command.ts'
import { startProgram } from '../support/program.ts'
import { startCrooked } from '../support/tampering-proxy.ts'

describe('what was made is removed', () => {
  /** Begins with --write, so slowly that it can be stopped while keys are there. */
  async function begun(fault?: object) {
    const { env, emulator, names } = await served()
    const program = startProgram(['conform', '--write', '--pace', '30ms', '--json'], env)
    const made = () => emulator.journal.list({ operation: 'admin-api-keys-create' })
    if (fault !== undefined) await emulator.faults.add(fault as never)
    await expect.poll(async () => (await made()).length, { timeout: 10_000 }).toBeGreaterThan(5)
    return { program, emulator, names }
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('after %s', async (signal, code) => {
    const { program, names } = await begun()
    expect((await names())?.length).toBeGreaterThan(1)
    program.child.kill(signal)
    const finished = await program.finished
    expect(finished).toMatchObject({ code, stderr: '' })
    const report = JSON.parse(finished.stdout)
    expect(report).toMatchObject({ differs: 0, failed: 0, not_removed: 0 })
    expect(report.probes.at(-1)).toMatchObject({ verdict: 'skipped', seen: 'interrupted' })
    expect(await names()).toEqual(['Admin key'])
  })

  test('though a create is under way whose answer never comes', async () => {
    const { env, emulator, names } = await served()
    const fault = {
      operation: 'admin-api-keys-create',
      kind: 'delay',
      ms: 60_000,
      when: 'after_commit',
      skip: 4,
    } as const
    await emulator.faults.add(fault)
    const program = startProgram(['conform', '--write', '--json'], env)
    await expect.poll(async () => (await emulator.faults.list())[0]?.hits, { timeout: 10_000 }).toBe(1)
    program.child.kill('SIGINT')
    expect(await program.finished).toMatchObject({ code: 130, stderr: '' })
    expect(await names()).toEqual(['Admin key'])
  })

  test.each([
    [{ kind: 'connection_reset', when: 'after_commit', times: 5 }],
    [{ kind: 'error', status: 500, when: 'after_commit', times: null }],
    [{ kind: 'json_patch', patch: [{ op: 'remove', path: '/id' }], times: null }],
  ])('though its answer is lost: %j', async (fault) => {
    const { env, emulator, names } = await served()
    await emulator.faults.add({ operation: 'admin-api-keys-create', ...fault } as never)
    const { code, stdout, stderr } = await conform(['--write', '--json'], env)
    expect(code).toBe(1)
    // The one that no name tells apart from those of others.
    const isUntold = (await names())?.[1] === ''
    expect(await names()).toEqual(['Admin key', ...(isUntold ? [''] : [])])
    expect(JSON.parse(stdout).not_removed).toBe(isUntold ? null : 0)
    expect(stderr).toMatch(
      isUntold ? /^admin-keys-emulator: a key with an empty name, .* may have been made.*\n$/ : /^$/,
    )
  })

  test('though it was said to be deleted and was not', async () => {
    const { url, names } = await served()
    let lies = 0
    const crooked = await startCrooked(url, {
      going(going) {
        if (going.method === 'DELETE' && lies++ < 20) going.method = 'GET'
      },
      coming(coming, { method, url }) {
        const text = JSON.stringify({ id: url.split('/').at(-1), deleted: true })
        if (method === 'DELETE' && lies <= 20) Object.assign(coming, { status: 200, text })
      },
    })
    const { code } = await conform(['--write'], { EMULATOR_BASE_URL: `${crooked.url}/v1` })
    expect(code).toBe(1)
    expect(lies).toBeGreaterThan(20)
    expect(await names()).toEqual(['Admin key'])
  })

  test('or it is told what was not, on standard error alone', async () => {
    const { env, emulator, names } = await served()
    await emulator.faults.add({ operation: 'admin-api-keys-delete', kind: 'error', status: 503, times: null })
    const { code, stdout, stderr } = await conform(['--write'], env)
    expect(code).toBe(1)
    const left = (await emulator.state.get()).keys?.filter(({ name }) => name !== 'Admin key') ?? []
    expect(left.length).toBeGreaterThan(20)
    for (const { id } of left) {
      expect(stderr).toContain(id)
      expect(stdout).not.toContain(id)
    }
    expect(stdout).toMatch(/\n\d+ keys were made, 0 of them removed\.\n/)
    expect(stderr).toMatch(
      /^admin-keys-emulator: could not remove key_.*; look for keys whose names begin with conform-[0-9a-f]{8}\n$/,
    )
    expect(await names()).toContainEqual(expect.stringMatching(/^conform-[0-9a-f]{8}-1$/))
  })

  test('or that it could not be looked for', async () => {
    const { env, emulator } = await served()
    await emulator.faults.add({ operation: 'admin-api-keys-list', kind: 'error', status: 503, times: null, skip: 3 })
    const { code, stdout, stderr } = await conform(['--write', '--json'], env)
    expect(code).toBe(1)
    expect(JSON.parse(stdout).not_removed).toBeNull()
    expect(stderr).toMatch(/could not look for keys whose names begin with conform-[0-9a-f]{8}\n$/)
  })

  test('and nothing else, whatever a server answers to a create', async () => {
    const { url, emulator, names } = await served()
    const id = (await emulator.state.get()).keys?.[0]?.id ?? ''
    const crooked = await startCrooked(url, {
      coming(coming, { method }) {
        if (method === 'POST' && coming.status === 200)
          coming.text = coming.text.replace(/"id":"key_\w+"/, `"id":"${id}"`)
      },
    })
    const { code, stdout } = await conform(['--write', '--json'], { EMULATOR_BASE_URL: `${crooked.url}/v1` })
    expect(code).toBe(1)
    expect(stdout).toContain('"expected":"a new id","seen":"one that was there"')
    expect(crooked.seen.filter(({ going }) => going.method === 'DELETE' && going.url.endsWith(id))).toEqual([])
    expect(await names()).toContain('Admin key')
  })

  test('a second signal leaves it, and says so', async () => {
    const { program, emulator } = await begun()
    await emulator.faults.add({ operation: 'admin-api-keys-delete', kind: 'hang', times: null })
    program.child.kill('SIGINT')
    await sleep(700)
    program.child.kill('SIGINT')
    const { code, stderr } = await program.finished
    expect(code).toBe(130)
    expect(stderr).toContain('look for keys whose names begin with conform-')
  })
})
