import type fc from 'fast-check'
import { adminKey, type Call, keysUrl, startApp, type TestOptions } from '../../support/app.ts'
import { sandboxPath } from '../../support/control-app.ts'
import { redactedValue } from './initial-state.ts'
import { assertProperty } from './property.ts'
import { ShellScript } from './shell-script.ts'

/**
 * Starts an app whose requests are recorded. When a run of `assertProperty` fails, the error message contains the
 * requests of that run as a shell script. `startArgs` are the command-line arguments that start an equivalent server.
 */
export async function startRecordedApp(options: TestOptions = {}, startArgs = '') {
  const testApp = await startApp(options)
  let script = new ShellScript(startArgs)

  async function call(method: string, url: string, init: Call = {}) {
    const entry = script.add({ method, path: url, headers: headersFor(init), ...bodyFor(init) })
    const response = await testApp.call(method, url, init)
    const { id, value } = method === 'POST' && response.status === 200 ? response.body : {}
    entry.generated = value === undefined ? undefined : { key: { id, value, redacted_value: redactedValue(value) } }
    return response
  }

  return {
    call,
    control: (method: string, path: string, body?: unknown, sandbox = 'default') =>
      call(method, sandboxPath(sandbox, `/_emulator${path}`), { as: null, ...(body === undefined ? {} : { body }) }),
    create: async () => (await call('POST', keysUrl, { body: { name: 'a key' } })).body,
    assertProperty: <Value>(arbitrary: fc.Arbitrary<Value>, runs: number, predicate: (value: Value) => Promise<void>) =>
      assertProperty(arbitrary, runs, async (value) => {
        script = new ShellScript(startArgs)
        try {
          await predicate(value)
        } catch (error) {
          throw new Error(`${(error as Error).message}\n\n${script}`, { cause: error })
        }
      }),
  }
}

function headersFor({ as = adminKey, headers, ...payload }: Call): Record<string, string> {
  return {
    ...(as === null ? {} : { Authorization: `Bearer ${as}` }),
    ...('body' in payload || 'rawBody' in payload ? { 'Content-Type': 'application/json' } : {}),
    ...headers,
  }
}

const bodyFor = ({ body, rawBody = JSON.stringify(body) }: Call) => (rawBody === undefined ? {} : { body: rawBody })
