import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { runConform, startEmulator } from '../support/conform-command.ts'
import { startProgram } from '../support/program.ts'
import { startTamperingProxy } from '../support/tampering-proxy.ts'

describe('removal of the created keys', () => {
  /** Starts a run with --write that is slow enough to be stopped while keys exist. */
  async function startSlowRun() {
    const { env, emulator, keyNames } = await startEmulator()
    const program = startProgram(['conform', '--write', '--pace', '30ms', '--json'], env)
    const createRequests = () => emulator.journal.list({ operation: 'admin-api-keys-create' })
    await expect.poll(async () => (await createRequests()).length, { timeout: 10_000 }).toBeGreaterThan(5)
    return { program, emulator, keyNames }
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('the keys are removed after %s', async (signal, code) => {
    const { program, keyNames } = await startSlowRun()
    expect((await keyNames())?.length).toBeGreaterThan(1)
    program.child.kill(signal)
    const finished = await program.finished
    expect(finished).toMatchObject({ code, stderr: '' })
    const report = JSON.parse(finished.stdout)
    expect(report).toMatchObject({ differs: 0, failed: 0, not_removed: 0 })
    expect(report.probes.at(-1)).toMatchObject({ verdict: 'skipped', seen: 'interrupted' })
    expect(await keyNames()).toEqual(['Admin key'])
  })

  test('the keys are removed after a signal during a create that gets no response', async () => {
    const { env, emulator, keyNames } = await startEmulator()
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
    expect(await keyNames()).toEqual(['Admin key'])
  })

  test.each([
    [{ kind: 'connection_reset', when: 'after_commit', times: 5 }],
    [{ kind: 'error', status: 500, when: 'after_commit', times: null }],
    [{ kind: 'json_patch', patch: [{ op: 'remove', path: '/id' }], times: null }],
  ])('the keys are removed although the response to their creation is lost: %j', async (fault) => {
    const { env, emulator, keyNames } = await startEmulator()
    await emulator.faults.add({ operation: 'admin-api-keys-create', ...fault } as never)
    const { code, stdout, stderr } = await runConform(['--write', '--json'], env)
    expect(code).toBe(1)
    // The key with an empty name cannot be told apart from keys of others.
    const hasUntraceableKey = (await keyNames())?.[1] === ''
    expect(await keyNames()).toEqual(['Admin key', ...(hasUntraceableKey ? [''] : [])])
    expect(JSON.parse(stdout).not_removed).toBe(hasUntraceableKey ? null : 0)
    expect(stderr).toMatch(
      hasUntraceableKey
        ? /^admin-keys-emulator: a key with an empty or unexpected name may have been created.*\n$/
        : /^$/,
    )
  })

  test('the keys are removed although the server reports deletions that it did not perform', async () => {
    const { url, keyNames } = await startEmulator()
    let fakedDeletions = 0
    const proxy = await startTamperingProxy(url, {
      request(request) {
        if (request.method === 'DELETE' && fakedDeletions++ < 20) request.method = 'GET'
      },
      response(response, { method, url }) {
        const text = JSON.stringify({ id: url.split('/').at(-1), deleted: true })
        if (method === 'DELETE' && fakedDeletions <= 20) Object.assign(response, { status: 200, text })
      },
    })
    const { code } = await runConform(['--write'], { EMULATOR_BASE_URL: `${proxy.url}/v1` })
    expect(code).toBe(1)
    expect(fakedDeletions).toBeGreaterThan(20)
    expect(await keyNames()).toEqual(['Admin key'])
  })

  test('the ids of keys that could not be removed are printed to standard error, not in the report', async () => {
    const { env, emulator, keyNames } = await startEmulator()
    await emulator.faults.add({ operation: 'admin-api-keys-delete', kind: 'error', status: 503, times: null })
    const { code, stdout, stderr } = await runConform(['--write'], env)
    expect(code).toBe(1)
    const leftovers = (await emulator.state.get()).keys?.filter(({ name }) => name !== 'Admin key') ?? []
    expect(leftovers.length).toBeGreaterThan(20)
    for (const { id } of leftovers) {
      expect(stderr).toContain(id)
      expect(stdout).not.toContain(id)
    }
    expect(stdout).toMatch(/\n\d+ keys were created, 0 of them removed\.\n/)
    expect(stderr).toMatch(
      /^admin-keys-emulator: could not remove key_.*; look for keys whose names start with conform-[0-9a-f]{8}\n$/,
    )
    expect(await keyNames()).toContainEqual(expect.stringMatching(/^conform-[0-9a-f]{8}-1$/))
  })

  test('the command says so if it could not list the keys to find those not removed', async () => {
    const { env, emulator } = await startEmulator()
    await emulator.faults.add({ operation: 'admin-api-keys-list', kind: 'error', status: 503, times: null, skip: 3 })
    const { code, stdout, stderr } = await runConform(['--write', '--json'], env)
    expect(code).toBe(1)
    expect(JSON.parse(stdout).not_removed).toBeNull()
    expect(stderr).toMatch(
      /could not list the keys to find the ones that were not removed; look for keys whose names start with conform-[0-9a-f]{8}\n$/,
    )
  })

  test('a key that existed before is never deleted, even if the server returns its id for a create', async () => {
    const { url, emulator, keyNames } = await startEmulator()
    const id = (await emulator.state.get()).keys?.[0]?.id ?? ''
    const proxy = await startTamperingProxy(url, {
      response(response, { method }) {
        if (method === 'POST' && response.status === 200)
          response.text = response.text.replace(/"id":"key_\w+"/, `"id":"${id}"`)
      },
    })
    const { code, stdout } = await runConform(['--write', '--json'], { EMULATOR_BASE_URL: `${proxy.url}/v1` })
    expect(code).toBe(1)
    expect(stdout).toContain('"expected":"a new id","seen":"the id of an existing key"')
    expect(proxy.traffic.filter(({ request }) => request.method === 'DELETE' && request.url.endsWith(id))).toEqual([])
    expect(await keyNames()).toContain('Admin key')
  })

  test('a second signal stops the removal, and the command says which keys to look for', async () => {
    const { program, emulator } = await startSlowRun()
    await emulator.faults.add({ operation: 'admin-api-keys-delete', kind: 'hang', times: null })
    program.child.kill('SIGINT')
    await sleep(700)
    program.child.kill('SIGINT')
    const { code, stderr } = await program.finished
    expect(code).toBe(130)
    expect(stderr).toContain('look for keys whose names start with conform-')
  })
})

describe('archival of the created project', () => {
  const project = '/v1/organization/projects'

  test.each(['SIGINT', 'SIGTERM'] as const)('the project is archived after %s', async (signal) => {
    const { env, emulator, projectNames } = await startEmulator()
    const program = startProgram(['conform', '--write', '--pace', '20ms', '--json'], env)
    const created = () => emulator.journal.list({ operation: 'create-project-service-account' })
    await expect.poll(async () => (await created()).length, { timeout: 10_000 }).toBeGreaterThan(1)
    expect(await projectNames()).toHaveLength(2)
    program.child.kill(signal)
    const { stdout, stderr } = await program.finished
    expect(JSON.parse(stdout)).toMatchObject({ projects_created: 1, projects_not_archived: 0 })
    expect(stderr).toBe('')
    expect(await projectNames()).toEqual(['Default project'])
  })

  test.each([
    [{ kind: 'connection_reset', when: 'after_commit', times: 3 }],
    [{ kind: 'error', status: 500, when: 'after_commit', times: 2 }],
    [{ kind: 'json_patch', patch: [{ op: 'remove', path: '/id' }], times: null }],
  ])('the project is archived although the response to its creation is lost: %j', async (fault) => {
    const { env, emulator, projectNames } = await startEmulator()
    await emulator.faults.add({ operation: 'create-project', ...fault } as never)
    const { code, stdout } = await runConform(['--write', '--json'], env)
    expect(code).toBe(1)
    expect(JSON.parse(stdout).projects_created).toBeGreaterThan(0)
    expect(await projectNames()).toEqual(['Default project'])
  })

  test('a project that cannot be archived is printed to standard error, and counted in the report', async () => {
    const { env, emulator, projectNames } = await startEmulator()
    await emulator.faults.add({ operation: 'archive-project', kind: 'error', status: 500, times: null })
    const { code, stdout, stderr } = await runConform(['--write'], env)
    expect(code).toBe(1)
    expect(await projectNames()).toHaveLength(2)
    expect(stdout).toMatch(/\nProjects created: 1, 0 of them archived\.\n/)
    expect(stderr).toMatch(
      /^admin-keys-emulator: could not archive proj_\w+; look for projects whose names start with conform-[0-9a-f]{8}\n$/,
    )
  })

  test('no project that existed before is changed, even if the server returns its id for a create', async () => {
    const { url, emulator } = await startEmulator()
    const headers = { authorization: 'Bearer sk-admin-local', 'content-type': 'application/json' }
    const body = JSON.stringify({ name: 'precious' })
    const { id } = (await (await fetch(url + project, { method: 'POST', headers, body })).json()) as { id: string }
    await fetch(`${url}${project}/${id}/service_accounts`, { method: 'POST', headers, body })
    const before = (await emulator.state.get()).projects?.find((each) => each.id === id)
    const proxy = await startTamperingProxy(url, {
      response(response, { method, url: requested }) {
        if (method === 'POST' && requested === project && response.status === 200)
          response.text = response.text.replace(/"id":"proj_\w+"/, `"id":"${id}"`)
      },
    })
    const { code, stdout } = await runConform(['--write', '--json'], { EMULATOR_BASE_URL: `${proxy.url}/v1` })
    expect(code).toBe(1)
    expect(stdout).toContain('"expected":"a new id","seen":"the id of an existing project"')
    const isWrite = ({ request }: (typeof proxy.traffic)[number]) =>
      request.method !== 'GET' && request.method !== 'OPTIONS' && request.url.includes(id)
    expect(proxy.traffic.filter(isWrite)).toEqual([])
    const state = await emulator.state.get()
    expect(state.projects?.find((each) => each.id === id)).toEqual(before)
    expect(state.projects?.filter(({ archived_at }) => archived_at === null).map(({ name }) => name)).toEqual([
      'Default project',
      'precious',
    ])
  })

  test('no project is created on a server whose projects cannot be listed', async () => {
    const { env, emulator, projectNames } = await startEmulator()
    await emulator.faults.add({ operation: 'list-projects', kind: 'error', status: 403, times: null })
    const { code } = await runConform(['--write', '--json'], env)
    expect(code).toBe(1)
    expect(await projectNames()).toEqual(['Default project'])
    expect(await emulator.journal.list({ operation: 'create-project', status: 200 })).toEqual([])
  })
})
