import type fc from 'fast-check'
import { adminKey, type Call, keysUrl, startApp, type TestOptions } from '../../support/app.ts'
import { sandboxPath } from '../../support/control-app.ts'
import { redacted } from './initial-state.ts'
import { holds } from './property.ts'
import { Script } from './shell-script.ts'

/**
 * A server whose requests are written down: `holds` begins anew each time, and what fails is told as a script.
 * `start` is what the command is given to start such a one.
 */
export async function startRecorded(options: TestOptions = {}, start = '') {
  const testApp = await startApp(options)
  let script = new Script(start)

  async function call(method: string, url: string, given: Call = {}) {
    const line = script.add({ method, path: url, headers: headersOf(given), ...bodyOf(given) })
    const answer = await testApp.call(method, url, given)
    const { id, value } = method === 'POST' && answer.status === 200 ? answer.body : {}
    line.drawn = value === undefined ? undefined : { id, value, redacted_value: redacted(value) }
    return answer
  }

  return {
    call,
    control: (method: string, path: string, body?: unknown, sandbox = 'default') =>
      call(method, sandboxPath(sandbox, `/_emulator${path}`), { as: null, ...(body === undefined ? {} : { body }) }),
    create: async () => (await call('POST', keysUrl, { body: { name: 'a key' } })).body,
    holds: <Value>(arbitrary: fc.Arbitrary<Value>, runs: number, predicate: (value: Value) => Promise<void>) =>
      holds(arbitrary, runs, async (value) => {
        script = new Script(start)
        try {
          await predicate(value)
        } catch (error) {
          throw new Error(`${(error as Error).message}\n\n${script}`, { cause: error })
        }
      }),
  }
}

function headersOf({ as = adminKey, headers, ...sent }: Call): Record<string, string> {
  return {
    ...(as === null ? {} : { Authorization: `Bearer ${as}` }),
    ...('body' in sent || 'rawBody' in sent ? { 'Content-Type': 'application/json' } : {}),
    ...headers,
  }
}

const bodyOf = ({ body, rawBody = JSON.stringify(body) }: Call) => (rawBody === undefined ? {} : { body: rawBody })
