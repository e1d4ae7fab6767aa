import { expect, test } from 'vitest'
import { runProgram, serve } from '../support/program.ts'

test('audit-logs lists events with their filters, as a table or as JSON', async () => {
  const { url } = await serve()
  const env = { EMULATOR_URL: url, EMULATOR_JSON: 'false' }
  const { id } = JSON.parse((await runProgram(['keys', 'create', 'ci', '--json'], env)).stdout)
  await runProgram(['keys', 'delete', id], env)
  const run = (...args: string[]) => runProgram(['audit-logs', 'list', ...args], env)
  const { stdout } = await run()
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^TIME +TYPE +RESOURCE +PROJECT +ACTOR +ID$/),
    expect.stringMatching(new RegExp(`Z  api_key.deleted  ${id}  Default project  user-\\w+  audit_log-\\w+$`)),
    expect.stringMatching(new RegExp(`Z  api_key.created  ${id}  Default project  user-\\w+  audit_log-\\w+$`)),
    '',
  ])
  const filtered = JSON.parse((await run('--resource-id', id, '--type', 'api_key.created', '--json')).stdout)
  expect(filtered).toMatchObject({ count: 1, next: null, data: [{ type: 'api_key.created' }] })
  expect((await run('--limit', '1')).stderr).toMatch(/2 events match; the next page: --after audit_log-\w+\n$/)
  expect(await run('--filter', 'nothing')).toMatchObject({ code: 0, stdout: '' })
  expect(await run('--type', 'nothing')).toMatchObject({ code: 2, stderr: expect.stringContaining("'type' must be") })
})
